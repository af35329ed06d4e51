namespace WebhookReceiver.Senders;

/// <summary>Credentials of the same sender that are often pasted where the signing secret belongs, known by how they begin.</summary>
internal static class ForeignCredentials
{
    private static readonly (string Sender, string Prefix, string What)[] Known =
    [
        ("stripe", "sk_", "a Stripe API key: use the endpoint's signing secret, which starts with 'whsec_'"),
        ("stripe", "rk_", "a Stripe API key: use the endpoint's signing secret, which starts with 'whsec_'"),
        ("stripe", "pk_", "a Stripe API key: use the endpoint's signing secret, which starts with 'whsec_'"),
        ("github", "ghp_", "a GitHub access token: use the secret that was entered for the webhook"),
        ("github", "github_pat_", "a GitHub access token: use the secret that was entered for the webhook"),
        ("shopify", "shpat_", "a Shopify access token: use the app's client secret"),
        ("slack", "xoxb-", "a Slack bot token: use the app's signing secret"),
        ("slack", "xapp-", "a Slack app token: use the app's signing secret"),
    ];

    public static string? Find(string sender, string secret)
    {
        foreach ((string owner, string prefix, string what) in Known)
        {
            if (owner == sender && secret.StartsWith(prefix, StringComparison.Ordinal))
            {
                return $"The secret starts with '{prefix}' and is {what}.";
            }
        }

        return null;
    }
}
