namespace WebhookReceiver.Senders;

/// <summary>From the JSON of a row to its definition. Absent members keep the defaults that the definitions state.</summary>
internal static class SenderFileReader
{
    // Only their defaults are read: the required members hold nothing.
    private static readonly EvidenceDefinition BlankEvidence = new() { Confidence = Confidence.Recalled, Sources = [] };
    private static readonly EventMapDefinition BlankEvent = new() { Id = [], Type = [], Data = [] };
    private static readonly TimestampDefinition BlankTimestamp = new() { Value = "" };
    private static readonly KeySourceDefinition BlankKeySource = new() { Document = default, Url = "" };
    private static readonly SignatureLocation BlankLocation = new();
    private static readonly SchemeDefinition BlankScheme = new() { Signature = BlankLocation };
    private static readonly DigestDefinition BlankDigest = new() { Value = "" };
    private static readonly SampleDefinition BlankSample = new() { Type = "", Body = "" };
    private static readonly AnswerDefinition BlankAnswer = new();
    private static readonly HandshakeReply BlankReply = new();
    private static readonly HandshakeDefinition BlankHandshake =
        new() { Name = "", When = new Dictionary<string, string>(), Reply = BlankReply };
    private static readonly VectorDefinition BlankVector =
        new() { Origin = "", Secret = "", Headers = new Dictionary<string, string>() };
    private static readonly SenderDefinition BlankSender =
        new() { Id = "", Name = "", Schemes = [], Event = BlankEvent, Evidence = BlankEvidence };

    public static SenderDefinition Read(FileValue value)
    {
        FileObject row = value.Object();
        var definition = new SenderDefinition
        {
            Id = row.Required("id", v => v.Text()),
            Name = row.Required("name", v => v.Text()),
            Schemes = row.Required("schemes", v => v.List(ReadScheme)),
            Event = row.Required("event", ReadEvent),
            Duplicates = row.Optional("duplicates", BlankSender.Duplicates, v => v.Word<DuplicateRule>()),
            Bodies = row.Optional("bodies", BlankSender.Bodies, v => v.List(item => item.Word<BodyFormat>())),
            FormJsonField = row.Optional("formJsonField", null, v => v.Text()),
            JsonMediaTypes = row.Optional("jsonMediaTypes", BlankSender.JsonMediaTypes, v => v.Texts()),
            Handshakes = row.Optional("handshakes", BlankSender.Handshakes, v => v.List(ReadHandshake)),
            Answer = row.Optional("answer", BlankSender.Answer, ReadAnswer),
            MaxBodyBytes = row.Optional("maxBodyBytes", BlankSender.MaxBodyBytes, v => v.Whole()),
            MaxJsonDepth = row.Optional("maxJsonDepth", BlankSender.MaxJsonDepth, v => v.Whole()),
            MinSecretBytes = row.Optional("minSecretBytes", BlankSender.MinSecretBytes, v => v.Whole()),
            KeepHeaders = row.Optional("keepHeaders", BlankSender.KeepHeaders, v => v.Texts()),
            Warnings = row.Optional("warnings", BlankSender.Warnings, v => v.Texts()),
            Delivery = row.Optional("delivery", null, ReadDelivery),
            Setup = row.Optional("setup", null, ReadSetup),
            Links = row.Optional("links", BlankSender.Links, v => v.Texts()),
            Evidence = row.Required("evidence", ReadEvidence),
            Vectors = row.Optional("vectors", BlankSender.Vectors, v => v.List(ReadVector)),
            Sample = row.Optional("sample", null, ReadSample),
        };
        row.Done();
        return definition;
    }

    private static SchemeDefinition ReadScheme(FileValue value)
    {
        FileObject scheme = value.Object();
        var definition = new SchemeDefinition
        {
            Proof = scheme.Optional("proof", BlankScheme.Proof, v => v.Word<ProofKind>()),
            Hash = scheme.Optional("hash", BlankScheme.Hash, v => v.Word<SignatureHash>()),
            Content = scheme.Optional("content", null, v => v.Text()),
            Key = scheme.Optional("key", BlankScheme.Key, v => v.Word<KeyRule>()),
            KeySource = scheme.Optional("keySource", null, ReadKeySource),
            SecretEquals = scheme.Optional("secretEquals", null, v => v.Text()),
            KeySuffix = scheme.Optional("keySuffix", null, v => v.Text()),
            Signature = scheme.Required("signature", ReadSignature),
            Id = scheme.Optional("id", null, v => v.Text()),
            When = scheme.Optional("when", BlankScheme.When, v => v.TextByName()),
            Timestamp = scheme.Optional("timestamp", null, ReadTimestamp),
            Digests = scheme.Optional("digests", BlankScheme.Digests, v => v.List(ReadDigest)),
            Algorithm = scheme.Optional("algorithm", null, v => v.Text()),
            Claims = scheme.Optional("claims", BlankScheme.Claims, v => v.TextByName()),
            Components = scheme.Optional("components", BlankScheme.Components, v => v.Texts()),
        };
        scheme.Done();
        return definition;
    }

    private static KeySourceDefinition? ReadKeySource(FileValue value)
    {
        FileObject source = value.Object();
        var definition = new KeySourceDefinition
        {
            Document = source.Required("document", v => v.Word<KeyDocument>()),
            Url = source.Required("url", v => v.Text()),
            Hosts = source.Optional("hosts", BlankKeySource.Hosts, v => v.Texts()),
            Path = source.Optional("path", null, v => v.Text()),
        };
        source.Done();
        return definition;
    }

    private static SignatureLocation ReadSignature(FileValue value)
    {
        FileObject signature = value.Object();
        var definition = new SignatureLocation
        {
            Header = signature.Optional("header", null, v => v.Text()),
            Query = signature.Optional("query", null, v => v.Text()),
            Pointer = signature.Optional("pointer", null, v => v.Text()),
            Field = signature.Optional("field", null, v => v.Text()),
            AlsoHeaders = signature.Optional("alsoHeaders", BlankLocation.AlsoHeaders, v => v.Texts()),
            Numbered = signature.Optional("numbered", BlankLocation.Numbered, v => v.Flag()),
            Repeatable = signature.Optional("repeatable", BlankLocation.Repeatable, v => v.Flag()),
            Format = signature.Optional("format", BlankLocation.Format, v => v.Word<SignatureFormat>()),
            Encoding = signature.Optional("encoding", BlankLocation.Encoding, v => v.Word<SignatureEncoding>()),
            Prefix = signature.Optional("prefix", null, v => v.Text()),
            PrefixOptional = signature.Optional("prefixOptional", BlankLocation.PrefixOptional, v => v.Flag()),
            Separator = signature.Optional("separator", null, v => v.Character()),
            Parameter = signature.Optional("parameter", null, v => v.Text()),
        };
        signature.Done();
        return definition;
    }

    private static TimestampDefinition? ReadTimestamp(FileValue value)
    {
        FileObject timestamp = value.Object();
        var definition = new TimestampDefinition
        {
            Value = timestamp.Required("value", v => v.Text()),
            Format = timestamp.Optional("format", BlankTimestamp.Format, v => v.Word<TimestampFormat>()),
            ToleranceSeconds = timestamp.Optional("toleranceSeconds", BlankTimestamp.ToleranceSeconds, v => v.Whole()),
            Direction = timestamp.Optional("direction", BlankTimestamp.Direction, v => v.Word<TimestampDirection>()),
        };
        timestamp.Done();
        return definition;
    }

    private static DigestDefinition ReadDigest(FileValue value)
    {
        FileObject digest = value.Object();
        var definition = new DigestDefinition
        {
            Value = digest.Required("value", v => v.Text()),
            Of = digest.Optional("of", BlankDigest.Of, v => v.Text()),
            Hash = digest.Optional("hash", BlankDigest.Hash, v => v.Word<SignatureHash>()),
            Encoding = digest.Optional("encoding", BlankDigest.Encoding, v => v.Word<SignatureEncoding>()),
        };
        digest.Done();
        return definition;
    }

    private static EventMapDefinition ReadEvent(FileValue value)
    {
        FileObject map = value.Object();
        var definition = new EventMapDefinition
        {
            Each = map.Optional("each", null, v => v.Text()),
            Id = map.Required("id", v => v.Texts()),
            Type = map.Required("type", v => v.Texts()),
            TypeGrammar = map.Optional("typeGrammar", BlankEvent.TypeGrammar, v => v.Word<TypeGrammar>()),
            Timestamp = map.Optional("timestamp", BlankEvent.Timestamp, v => v.Texts()),
            Data = map.Required("data", v => v.Texts()),
        };
        map.Done();
        return definition;
    }

    private static HandshakeDefinition ReadHandshake(FileValue value)
    {
        FileObject handshake = value.Object();
        var definition = new HandshakeDefinition
        {
            Name = handshake.Required("name", v => v.Text()),
            Method = handshake.Optional("method", BlankHandshake.Method, v => v.Text()),
            Verified = handshake.Optional("verified", BlankHandshake.Verified, v => v.Flag()),
            When = handshake.Required("when", v => v.TextByName()),
            SecretEquals = handshake.Optional("secretEquals", null, v => v.Text()),
            RefusedStatus = handshake.Optional("refusedStatus", BlankHandshake.RefusedStatus, v => v.Whole()),
            Computed = handshake.Optional("computed", BlankHandshake.Computed, v => v.ByName("an object of what is computed", ReadComputed)),
            Reply = handshake.Required("reply", ReadReply),
        };
        handshake.Done();
        return definition;
    }

    private static ComputedDefinition ReadComputed(FileValue value)
    {
        FileObject computed = value.Object();
        var definition = new ComputedDefinition
        {
            Proof = computed.Required("proof", v => v.Word<ProofKind>()),
            Hash = computed.Required("hash", v => v.Word<SignatureHash>()),
            Content = computed.Required("content", v => v.Text()),
            Encoding = computed.Required("encoding", v => v.Word<SignatureEncoding>()),
        };
        computed.Done();
        return definition;
    }

    private static HandshakeReply ReadReply(FileValue value)
    {
        FileObject reply = value.Object();
        var definition = new HandshakeReply
        {
            Status = reply.Optional("status", BlankReply.Status, v => v.Whole()),
            ContentType = reply.Optional("contentType", BlankReply.ContentType, v => v.Text()),
            Headers = reply.Optional("headers", BlankReply.Headers, v => v.TextByName()),
            Body = reply.Optional("body", BlankReply.Body, v => v.Text()),
        };
        reply.Done();
        return definition;
    }

    private static AnswerDefinition ReadAnswer(FileValue value)
    {
        FileObject answer = value.Object();
        var definition = new AnswerDefinition
        {
            Status = answer.Optional("status", BlankAnswer.Status, v => v.Whole()),
            Body = answer.Optional("body", BlankAnswer.Body, v => v.Text()),
        };
        answer.Done();
        return definition;
    }

    private static DeliveryFacts? ReadDelivery(FileValue value)
    {
        FileObject delivery = value.Object();
        var definition = new DeliveryFacts
        {
            Timeout = delivery.Optional("timeout", null, v => v.Text()),
            Retries = delivery.Optional("retries", null, v => v.Text()),
            Success = delivery.Optional("success", null, v => v.Text()),
        };
        delivery.Done();
        return definition;
    }

    private static SetupFacts? ReadSetup(FileValue value)
    {
        FileObject setup = value.Object();
        var definition = new SetupFacts
        {
            Where = setup.Optional("where", null, v => v.Text()),
            Secret = setup.Optional("secret", null, v => v.Text()),
        };
        setup.Done();
        return definition;
    }

    private static EvidenceDefinition ReadEvidence(FileValue value)
    {
        FileObject evidence = value.Object();
        var definition = new EvidenceDefinition
        {
            Confidence = evidence.Required("confidence", v => v.Word<Confidence>()),
            Sources = evidence.Required("sources", v => v.Texts()),
            Unverified = evidence.Optional("unverified", BlankEvidence.Unverified, v => v.Texts()),
        };
        evidence.Done();
        return definition;
    }

    private static VectorDefinition ReadVector(FileValue value)
    {
        FileObject vector = value.Object();
        var definition = new VectorDefinition
        {
            Origin = vector.Required("origin", v => v.Text()),
            Secret = vector.Required("secret", v => v.Text()),
            Url = vector.Optional("url", null, v => v.Text()),
            KeyDocument = vector.Optional("keyDocument", null, v => v.Text()),
            Query = vector.Optional("query", BlankVector.Query, v => v.Text()),
            Method = vector.Optional("method", BlankVector.Method, v => v.Text()),
            ContentType = vector.Optional("contentType", BlankVector.ContentType, v => v.Text()),
            Headers = vector.Required("headers", v => v.TextByName()),
            Body = vector.Optional("body", BlankVector.Body, v => v.Text()),
            BodyBase64 = vector.Optional("bodyBase64", null, v => v.Base64()),
            Now = vector.Optional("now", BlankVector.Now, v => v.Seconds()),
            Valid = vector.Optional("valid", BlankVector.Valid, v => v.Flag()),
        };
        vector.Done();
        return definition;
    }

    private static SampleDefinition? ReadSample(FileValue value)
    {
        FileObject sample = value.Object();
        var definition = new SampleDefinition
        {
            Type = sample.Required("type", v => v.Text()),
            Headers = sample.Optional("headers", BlankSample.Headers, v => v.TextByName()),
            ContentType = sample.Optional("contentType", BlankSample.ContentType, v => v.Text()),
            Query = sample.Optional("query", BlankSample.Query, v => v.Text()),
            Body = sample.Required("body", v => v.Text()),
        };
        sample.Done();
        return definition;
    }
}
