"""The guards of verification, of limits and of transport: how each is taken away, and the rows of docs/attacks.md whose tests must then fail."""
from typing import NamedTuple

SENDERS = 'src/WebhookReceiver.Senders/'
LIBRARY = 'src/WebhookReceiver/'
HOST = 'src/WebhookReceiver.Host/'


class Guard(NamedTuple):
    name: str
    rows: list
    edits: list  # (path, text that is there once, text in its place)


def guard(name, rows, *edits):
    return Guard(name, rows.split(), list(edits))


GUARDS = [
    # Verification: the signature.
    guard('a signature at all', 'A01', (SENDERS + 'Verifying/SenderPlan.cs',
        'new SignatureVerdict(SignatureOutcome.SignatureMissing, -1, -1, null)', 'new SignatureVerdict(SignatureOutcome.Verified, 0, 0, null)')),
    guard('anything to compare', 'A02 A03 A24', (SENDERS + 'Verifying/ContentVerifier.cs',
        'if ((!isWhole && texts.Count == 1) || reader.Decoded.Count == 0)', 'if (false)')),
    guard('as many bytes as the hash has', 'A04 A05',
        (SENDERS + 'Verifying/DecodedSignatures.cs', '(length == _size || !_isFixed)', 'length > 0'),
        (SENDERS + 'Verifying/ContentVerifier.cs', 'CryptographicOperations.FixedTimeEquals(expected, signatures[i])', 'CryptographicOperations.FixedTimeEquals(expected[..signatures[i].Length], signatures[i])')),
    guard('one text for one signature', 'A06 A07', (SENDERS + 'Verifying/SignatureText.cs',
        'return Convert.TryToBase64Chars(destination[..length], canonical, out int written) && text.SequenceEqual(canonical[..written]);',
        'return Convert.TryToBase64Chars(destination[..length], canonical, out int written) && written > 0;')),
    guard('the alphabet of base64', 'A08', (SENDERS + 'Verifying/SignatureText.cs',
        'SignatureEncoding.Base64 => TryDecodeBase64(text, destination, out length),', 'SignatureEncoding.Base64 => Base64Url.DecodeFromChars(text.ToString().Replace(\'+\', \'-\').Replace(\'/\', \'_\').TrimEnd(\'=\'), destination, out _, out length) == OperationStatus.Done,')),
    guard('the last byte of the comparison', 'A09', (SENDERS + 'Verifying/ContentVerifier.cs',
        'CryptographicOperations.FixedTimeEquals(expected, signatures[i])', 'CryptographicOperations.FixedTimeEquals(expected[..^1], signatures[i][..^1])')),
    guard('all signatures of a list', 'A10', (SENDERS + 'Verifying/ContentVerifier.cs',
        """        for (int i = 0; i < signatures.Count; i++)
        {
            isMatch |= CryptographicOperations""", """        for (int i = 0; i < Math.Max(1, signatures.Count - 1); i++)
        {
            isMatch |= CryptographicOperations""")),
    guard('how many signatures there may be', 'A11', (SENDERS + 'Verifying/SignatureReader.cs', 'if (++_claimed > SenderPlan.MaxSignatures)', 'if (++_claimed > 64)')),
    guard('how long the header may be', 'A11', (SENDERS + 'Verifying/SenderPlan.cs', 'MaxSignatureLength = 1024', 'MaxSignatureLength = 65536')),
    guard('how many items a list may have', 'A11', (SENDERS + 'Verifying/SignatureReader.cs', 'MaxItems = 32', 'MaxItems = 3200')),
    guard('the version of a signature', 'A12', (SENDERS + 'Verifying/SignatureReader.cs',
        'item[..at].SequenceEqual(signatureName)', 'item[..at].Trim().StartsWith("v", StringComparison.OrdinalIgnoreCase)')),
    guard('the row of GitHub', 'A13', (SENDERS + 'Catalog/github.json',
        """      "hash": "sha256",
      "content": "{body}",
      "signature": {
        "header": "X-Hub-Signature-256",
        "format": "prefixed",
        "prefix": "sha256=",""", """      "hash": "sha1",
      "content": "{body}",
      "signature": {
        "header": "X-Hub-Signature",
        "format": "prefixed",
        "prefix": "sha1=",""")),
    guard('hex in either case', 'A14', (SENDERS + 'Verifying/SignatureText.cs', 'return text.Length % 2 == 0', 'return text.Length % 2 == 0 && !text.ContainsAnyInRange(\'A\', \'F\')')),
    guard('the prefix of a signature', 'A15', (SENDERS + 'Verifying/SignaturePrefix.cs', 'return location.PrefixOptional;', 'rest = text.AsSpan(text.IndexOf(\'=\', StringComparison.Ordinal) + 1);\n        return true;')),
    guard('one signature header', 'A16', (SENDERS + 'Verifying/SignatureTexts.cs', 'IsDuplicated |= !location.Repeatable;', 'IsDuplicated |= false;')),
    guard('one of each header that is signed', 'A17', (SENDERS + 'Verifying/SchemeVerifier.cs', 'if (count > 1)', 'if (count > 99)')),
    guard('the name of the header', 'A18', (LIBRARY + 'Endpoints/Delivery.cs',
        """        var values = delivery.Headers[name];
""", """        var values = delivery.Headers.TryGetValue(name, out var found) ? found : delivery.Headers[name.Replace('-', '_')];
""")),
    guard('the bytes that arrived', 'A19', (LIBRARY + 'Endpoints/Delivery.cs',
        'public ReadOnlySpan<byte> Body => delivery.Body;', 'public ReadOnlySpan<byte> Body => delivery.Content?.Document is { } root ? System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(root, new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) : delivery.Body;')),
    guard('the secrets of one source', 'A20', (LIBRARY + 'Sources/WebhookSource.cs',
        '        _keys = [.. secrets.Select(static secret => secret.Key)];\n',
        """        lock (All)
        {
            All.AddRange(secrets.Select(secret => KeyValuePair.Create(plan.Definition.Id, secret.Key)));
            _keys = [.. secrets.Select(static secret => secret.Key), .. All.Where(pair => pair.Key == plan.Definition.Id).Select(static pair => pair.Value)];
        }
"""), (LIBRARY + 'Sources/WebhookSource.cs', '    private readonly SenderKey[] _keys;\n', '    private static readonly List<KeyValuePair<string, SenderKey>> All = [];\n    private SenderKey[] _keys;\n')),
    guard('the grammar of a signed id', 'A21', (SENDERS + 'Verifying/SignedId.cs', '!id.ContainsAnyExcept(Characters)', 'id.Length > 0')),
    guard('the end of a secret', 'A25', (LIBRARY + 'Sources/SourceSecret.cs', '(NotAfter is not { } end || now < end)', 'true')),

    # Verification: when, and which event.
    guard('what is known', 'A26 A33', (LIBRARY + 'Envelopes/EnvelopeReader.cs',
        '            ?? TemplateReader.First(reading.Plan.Event.Id, in request, in scope),', '            is null ? null : RandomNumberGenerator.GetHexString(2 * SHA256.HashSizeInBytes, lowercase: true),')),
    guard('how old a signature may be', 'A27 A28', (SENDERS + 'Verifying/SignedTime.cs', 'return age > tolerance ? SignatureOutcome.TimestampStale', 'return age > TimeSpan.FromDays(99) ? SignatureOutcome.TimestampStale')),
    guard('how far ahead a signature may be', 'A29', (SENDERS + 'Verifying/SignedTime.cs', ': age < -tolerance && direction', ': age < -TimeSpan.FromDays(99) && direction')),
    guard('how many digits a time has', 'A30 A32', (SENDERS + 'Verifying/SignedTime.cs', 'MaxSecondsDigits = 11', 'MaxSecondsDigits = 40')),
    guard('that a time is digits', 'A31', (SENDERS + 'Verifying/SignedTime.cs', 'if (!char.IsAsciiDigit(digit))', 'if (digit is \'x\')')),
    guard('the source as a part of what is known', 'A34', (LIBRARY + 'Envelopes/EnvelopeReader.cs', 'Source = delivery.Source.Name,', 'Source = "default",')),
    guard('that the signed id counts', 'A35', (LIBRARY + 'Envelopes/EnvelopeReader.cs',
        """        _ => (scope.Item is null ? reading.Plan.ReadSignedId(reading.SchemeIndex, in request) : null)
            ?? TemplateReader.First(reading.Plan.Event.Id, in request, in scope),""",
        """        _ => (reading.Delivery.Content?.Document is { } root && root.TryGetProperty("id", out var own) ? own.GetString() : null)
            ?? (scope.Item is null ? reading.Plan.ReadSignedId(reading.SchemeIndex, in request) : null)
            ?? TemplateReader.First(reading.Plan.Event.Id, in request, in scope),""")),
    guard('the case of an id', 'A36', (LIBRARY + 'Envelopes/EnvelopeReader.cs', 'EventId = envelope.Id!,', 'EventId = envelope.Id!.ToUpperInvariant(),')),
    guard('the ends of an id', 'A36', (LIBRARY + 'Envelopes/WebhookEnvelopeValidator.cs', 'return !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]);', 'return true;')),

    # Limits.
    guard('how much a source may send', 'A37', (LIBRARY + 'WebhookIntake.cs', 'if (source.Rate?.Take(events.Length, clock) is > 0 and var seconds)', 'if (source.Rate?.Take(0, clock) is > 0 and var seconds)')),
    guard('that what is not verified takes nothing of that', 'A37', (LIBRARY + 'Endpoints/WebhookEndpoint.cs', '                source?.Activity.Reject();\n', '                source?.Activity.Reject();\n                source?.Rate?.Take(1, _clock);\n')),
    guard('the content types of a source', 'A55', (LIBRARY + 'Endpoints/ContentTypes.cs',
        'FormatOf(contentType, row.JsonMediaTypes) is { } format && Takes(row, format) ? format : null;', 'FormatOf(contentType, row.JsonMediaTypes) is { } format && Takes(row, format) ? format : BodyFormat.Json;')),
    guard('content encodings', 'A56', (LIBRARY + 'Endpoints/WebhookEndpoint.cs', 'if (request.Headers.ContentEncoding.Count > 0 &&', 'if (request.Headers.ContentEncoding.Count > 9 &&')),
    guard('the announced length of a body', 'A57', (LIBRARY + 'Endpoints/BodyReader.cs', 'if (request.ContentLength > maxBytes)', 'if (request.ContentLength > long.MaxValue - 1)')),
    guard('the length of a body', 'A57', (LIBRARY + 'Endpoints/BodyReader.cs', 'if (buffer.Length > maxBytes)', 'if (buffer.Length > int.MaxValue)')),
    guard('the envelope', 'A58', (LIBRARY + 'Envelopes/WebhookEnvelopeValidator.cs', 'envelope.Data is not null && IsType(envelope.Type) && IsId(envelope.Id)', '(IsType(envelope.Type) || IsId(envelope.Id))')),
    guard('strict JSON', 'A59', (SENDERS + 'Reading/RequestContent.cs', 'AllowDuplicateProperties = false, MaxDepth', 'AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth')),
    guard('UTF-8', 'A60', (SENDERS + 'Reading/RequestContent.cs', 'if (!System.Text.Unicode.Utf8.IsValid(json.Span))', 'if (json.IsEmpty)')),
    guard('text that is text', 'A61', (LIBRARY + 'Envelopes/EnvelopeReader.cs',
        """        catch (InvalidOperationException)
        {
            // A lone surrogate in the id""", """        catch (FormatException)
        {
            // A lone surrogate in the id""")),
    guard('one of each name', 'A63', (SENDERS + 'Reading/RequestContent.cs', 'AllowDuplicateProperties = false', 'AllowDuplicateProperties = true')),
    guard('how deep a body may be', 'A65', (SENDERS + 'Reading/RequestContent.cs', 'MaxDepth = row.MaxJsonDepth', 'MaxDepth = 100 * row.MaxJsonDepth')),
    guard('how many names a body may have', 'A66', (SENDERS + 'Reading/PropertyCount.cs', 'PerMebibyte = 10_000', 'PerMebibyte = 1_000_000_000')),
    guard('the grammar of a type', 'A68', (LIBRARY + 'Envelopes/WebhookEnvelopeValidator.cs', 'type is { Length: <= MaxDottedTypeLength } && DottedType().IsMatch(type)', 'type is not null')),
    guard('the length of a type', 'A68', (LIBRARY + 'Envelopes/WebhookEnvelopeValidator.cs', 'type is { Length: <= MaxTypeLength } && IsPlain(type)', 'type is not null && IsPlain(type)')),
    guard('the hosts of fetched keys', 'A95', (SENDERS + 'Keys/CompiledKeySource.cs', '&& _hosts.Any(host => host.IsMatch(url.Host))', '')),
    guard('that redirects are not followed', 'A95', (LIBRARY + 'Signatures/KeyFetcher.cs', 'AllowAutoRedirect = false', 'AllowAutoRedirect = true')),
    guard('that a source has a secret', 'A97', (LIBRARY + 'Sources/SourceCompiler.cs', 'if (options.Secrets.Count == 0)', 'if (options.Secrets.Count < 0)')),
    guard('one element that is no event', 'A111', (LIBRARY + 'Envelopes/EnvelopeReader.cs', 'if (item.ValueKind != JsonValueKind.Object)', 'if (item.ValueKind == JsonValueKind.Undefined)')),
    guard('how many events a batch may have', 'A111', (LIBRARY + 'Envelopes/EnvelopeReader.cs', 'if (read.Count == MaxEvents)', 'if (read.Count == int.MaxValue)')),
    guard('a batch that is there', 'A111', (LIBRARY + 'Envelopes/EnvelopeReader.cs', 'if (!plan.HasBatch(content))', 'if (content is null)')),
    guard('the parts of a multipart form', 'A113', (SENDERS + 'Reading/MultipartText.cs', 'if (!Utf8.IsValid(value))', 'if (value.Length < 0)')),
    guard('that a file is no field', 'A114', (SENDERS + 'Reading/MultipartText.cs', 'if (disposition.FileName is not null || disposition.FileNameStar is not null)', 'if (disposition.FileNameStar is not null)')),
    guard('how many parts a form may have', 'A114', (SENDERS + 'Reading/MultipartText.cs', 'MaxParts = 1024', 'MaxParts = 1_000_000')),
    guard('the addresses of a source', 'A115', (LIBRARY + 'Sources/WebhookSource.cs', '_allowed.Length == 0 || address is not null && _allowed.Contains(address)', '_allowed.Length >= 0')),
    guard('that an address is looked at before the body', 'A115', (LIBRARY + 'Endpoints/WebhookEndpoint.cs',
        """            return RejectionReason.AddressNotAllowed;
""", """            return request.ContentLength > 0 ? null : RejectionReason.AddressNotAllowed;
""")),
    guard('whose captured delivery makes way', 'A116', (LIBRARY + 'Endpoints/RejectionCapture.cs', 'Remove(_deliveries.First(kept => kept.Origin == most));', 'Remove(_deliveries[0]);')),
    guard('who makes way where bodies are too large', 'A116', (LIBRARY + 'Endpoints/RejectionCapture.cs', 'RemoveOfWhatHasMost(static kept => kept.Delivery.Body.Length)', 'RemoveOfWhatHasMost(static _ => 1)')),
    guard('how many are captured a second', 'A116', (LIBRARY + 'Endpoints/RejectionCapture.cs', 'if (turns == MaxPerSecondAndOrigin || _turns.Values.Sum() == MaxPerSecond)', 'if (turns == int.MaxValue)')),

    # Transport.
    guard('HTTPS', 'A47 A48', (LIBRARY + 'Endpoints/WebhookEndpoint.cs', 'if (_requiresHttps && !request.IsHttps)', 'if (_requiresHttps && request.Host.Host == "nobody")')),
    guard('which proxies are believed', 'A48 A49', (LIBRARY + 'Endpoints/TrustedProxies.cs', 'options.KnownIPNetworks.Add(network);', 'options.KnownIPNetworks.Add(new System.Net.IPNetwork(System.Net.IPAddress.Any, 0));')),
    guard('the walk through the proxies', 'A49', (LIBRARY + 'Endpoints/TrustedProxies.cs', 'ForwardLimit = null,', 'ForwardLimit = 1,')),
    guard('framing that is clear', 'A39 A40', (LIBRARY + 'Endpoints/FramingCheck.cs', 'return codings.Count > 0', 'return codings.Count > 9')),
    guard('lines that end as lines end', 'A42', (HOST + 'Startup/ServerSetup.cs', 'AppContext.SetSwitch(NoBareLineFeeds, true);', 'AppContext.SetSwitch(NoBareLineFeeds, false);')),
    guard('the method', 'A46', (LIBRARY + 'Endpoints/WebhookEndpoint.cs', 'if (!isPost && !source.HasHandshake(request.Method))', 'if (!isPost && request.Method.Length == 0)')),
    guard('the limit before a body is asked for', 'A52', (LIBRARY + 'Endpoints/BodyReader.cs', 'if (request.ContentLength > maxBytes)', 'if (request.ContentLength > long.MaxValue - 1)')),
    guard('HTTP/1.1 alone', 'A53', (HOST + 'Startup/ServerSetup.cs', 'endpoint.Protocols = HttpProtocols.Http1)', 'endpoint.Protocols = HttpProtocols.Http1AndHttp2)')),
    guard('how much memory bodies may hold', 'A57', (LIBRARY + 'Endpoints/BodyReader.cs', 'if (!held.TryGrow(length))', 'if (!held.TryGrow(0))')),
    guard('how much of it one origin may hold', 'A57', (LIBRARY + 'Endpoints/BodyMemory.cs', '!Fits(ofOrigin, most / 2)', '!Fits(ofOrigin, most)')),
    guard('the time for headers', 'A70', (HOST + 'Startup/ServerSetup.cs', 'HeadersTimeout = TimeSpan.FromSeconds(10)', 'HeadersTimeout = TimeSpan.FromSeconds(300)')),
    guard('the time for a body', 'A71', (LIBRARY + 'Endpoints/BodyReader.cs', 'LeastSeconds = 10', 'LeastSeconds = 3000')),
    guard('how many connections there may be', 'A74', (HOST + 'Startup/ServerSetup.cs', 'MaxConcurrentConnections = 2000', 'MaxConcurrentConnections = 20000')),
    guard('that refusals which come too fast wait', 'A75', (LIBRARY + 'Endpoints/RejectionThrottle.cs', 'if (_atOnce.TryTake(clock))', 'if (_atOnce.TryTake(clock) || _waiting >= 0)')),
    guard('that the server cannot be made to say what it likes', 'A75', (LIBRARY + 'Diagnostics/LineLimit.cs', 'var isFree = line.Lines < LinesPerSecond;', 'var isFree = true;')),
    guard('what is not worth a line', 'A75', (HOST + 'Logging/ServerLines.cs', 'if (kind == BodyNotDrained || !_lines', 'if (!_lines')),
    guard('the token', 'A80', (LIBRARY + 'Management/ManagementAuthorization.cs', 'GetMetadata<ManagementTokenNeeded>() is null || IsAllowed(context)', 'GetMetadata<ManagementTokenNeeded>() is null || IsAllowed(context) || context.Request.Method.Length > 0')),
    guard('how often a wrong token is tried', 'A82', (LIBRARY + 'Management/TokenThrottle.cs', 'if (wait > TimeSpan.Zero)', 'if (wait > TimeSpan.FromDays(99))')),
    guard('that an answer is no page', 'A83', (LIBRARY + 'Management/BrowserHeaders.cs', 'headers.XContentTypeOptions = "nosniff";', '')),
    guard('what the machine itself is called', 'A86', (LIBRARY + 'Management/ManagementAuthorization.cs', '&& (host.Equals("localhost"', '&& (host.Length > 0 || host.Equals("localhost"')),
    guard('whose page it is', 'A86', (LIBRARY + 'Management/ManagementAuthorization.cs', 'is [] or ["none"]', 'is [] or [_] or ["none"]')),
    guard('that nobody frames management', 'A87', (LIBRARY + 'Management/BrowserHeaders.cs', 'headers.XFrameOptions = "DENY";', '')),
    guard('the port that decides', 'A94', (LIBRARY + 'Management/ManagementSurface.cs', 'return context.Connection.LocalPort == _port && _port > 0', 'return (context.Connection.LocalPort == _port || context.Request.Host.Port == _port) && _port > 0')),
    guard('what the tables of an inbox are', 'A103', (LIBRARY + 'Inbox/Sqlite/SqliteSchemaCheck.cs', 'Read(handle).Keys.Except(Ours.Value.Keys).Take(MostNamed)', 'Read(handle).Keys.Except(Ours.Value.Keys).Take(0)')),
]
