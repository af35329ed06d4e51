using WebhookReceiver.Sources;

namespace WebhookReceiver.Inbox;

/// <summary>A kind of store that <c>Inbox:Provider</c> can name.</summary>
internal interface IInboxProvider
{
    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>Checks the connection string, which may hold a password: what is said of it must not repeat it.</summary>
    /// <returns>What is wrong; <see langword="null"/> if nothing is.</returns>
    ConfigurationProblem? Check(InboxOptions inbox);

    /// <summary>Makes the store; it is opened when the application starts.</summary>
    IInboxStore Create(InboxOptions inbox, InboxContext context);
}
