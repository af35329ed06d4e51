using Microsoft.Extensions.Options;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Testing;

/// <summary>Remembers what the program finds wrong with its configuration, so that a test is told and not only standard error.</summary>
internal sealed class ObservedValidator(WebhookReceiverOptionsValidator validator, WebhookTestOptions test) : IValidateOptions<WebhookReceiverOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookReceiverOptions options)
    {
        var result = validator.Validate(name, options);
        test.Problems = result.Failed ? [.. result.Failures] : [];
        return result;
    }
}
