using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Sources;

/// <summary>One mistake in the configuration, with the way out of it. Never holds a value that could be a secret.</summary>
/// <param name="Error">Which of the <see cref="ErrorCodes"/> it is.</param>
/// <param name="Key">The full configuration key.</param>
/// <param name="Cause">What is wrong, in one sentence.</param>
/// <param name="Fix">What to do, in one sentence.</param>
/// <param name="Variable">The environment variable, where it has another name than the key.</param>
internal sealed record ConfigurationProblem(ErrorCode Error, string Key, string Cause, string Fix, string? Variable = null)
{
    /// <summary>The error code, <c>WHR1###</c>.</summary>
    public string Code => Error.Code;

    /// <summary>The key as an environment variable.</summary>
    public string EnvironmentKey => Variable ?? Key.Replace(":", "__", StringComparison.Ordinal);

    public override string ToString() => $"""
        {Code}  {Cause} {Fix}
                 key  {Key}
                 env  {EnvironmentKey}
                 docs {Error.Docs}
        """;
}
