using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using FluentValidation;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Envelopes;

/// <summary>The rules of the envelope: shape only.</summary>
internal sealed partial class WebhookEnvelopeValidator : AbstractValidator<WebhookEnvelope>
{
    public const int MaxTypeLength = 200;
    public const int MaxDottedTypeLength = 128;
    public const int MaxIdBytes = 256;

    public WebhookEnvelopeValidator()
    {
        RuleFor(static envelope => envelope.Type).Cascade(CascadeMode.Stop)
            .NotEmpty().WithMessage("The type is missing or not a string.")
            .Must(IsType).WithMessage($"The type is 1 to {MaxTypeLength} characters, without controls and without blanks at its ends.")
            .Must(IsDottedType).When(static envelope => envelope.TypeGrammar == TypeGrammar.Dotted, ApplyConditionTo.CurrentValidator)
            .WithMessage($"The type is words of letters, digits and underscores, joined by dots, at most {MaxDottedTypeLength} characters.");
        RuleFor(static envelope => envelope.Id).Cascade(CascadeMode.Stop)
            .NotEmpty().WithMessage("The id is missing.")
            .Must(IsId).WithMessage($"The id is 1 to {MaxIdBytes} bytes, without controls and without blanks at its ends.");
        RuleFor(static envelope => envelope.Data).NotNull().WithMessage("The data is missing or null.");
    }

    /// <summary>
    /// Whether an envelope keeps all rules: what <see cref="AbstractValidator{T}.Validate(T)"/> decides as well, which allocates its context
    /// and its result, and is for telling a sender what is wrong.
    /// </summary>
    public static bool IsRight(in WebhookEnvelope envelope) =>
        envelope.Data is not null && IsType(envelope.Type) && IsId(envelope.Id)
        && (envelope.TypeGrammar != TypeGrammar.Dotted || IsDottedType(envelope.Type));

    private static bool IsType([NotNullWhen(true)] string? type) => type is { Length: <= MaxTypeLength } && IsPlain(type);

    private static bool IsDottedType([NotNullWhen(true)] string? type) => type is { Length: <= MaxDottedTypeLength } && DottedType().IsMatch(type);

    private static bool IsId([NotNullWhen(true)] string? id) => id is not null && Encoding.UTF8.GetByteCount(id) <= MaxIdBytes && IsPlain(id);

    private static bool IsPlain(string text)
    {
        if (text.Length == 0)
        {
            return false;
        }

        foreach (var character in text)
        {
            // Lone surrogates cannot be stored as UTF-8; two of them would become the same text.
            if (char.IsControl(character) || character is '\u2028' or '\u2029')
            {
                return false;
            }
        }

        return !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]);
    }

    [GeneratedRegex("^[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*\\z")]
    private static partial Regex DottedType();
}
