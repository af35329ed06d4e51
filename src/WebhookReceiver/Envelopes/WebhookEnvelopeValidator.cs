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
            .Must(static type => type!.Length <= MaxTypeLength && IsPlain(type)).WithMessage($"The type is 1 to {MaxTypeLength} characters, without controls and without blanks at its ends.")
            .Must(static type => type!.Length <= MaxDottedTypeLength && DottedType().IsMatch(type))
            .When(static envelope => envelope.TypeGrammar == TypeGrammar.Dotted, ApplyConditionTo.CurrentValidator)
            .WithMessage($"The type is words of letters, digits and underscores, joined by dots, at most {MaxDottedTypeLength} characters.");
        RuleFor(static envelope => envelope.Id).Cascade(CascadeMode.Stop)
            .NotEmpty().WithMessage("The id is missing.")
            .Must(static id => Encoding.UTF8.GetByteCount(id!) <= MaxIdBytes && IsPlain(id!)).WithMessage($"The id is 1 to {MaxIdBytes} bytes, without controls and without blanks at its ends.");
        RuleFor(static envelope => envelope.Data).NotNull().WithMessage("The data is missing or null.");
    }

    private static bool IsPlain(string text)
    {
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
