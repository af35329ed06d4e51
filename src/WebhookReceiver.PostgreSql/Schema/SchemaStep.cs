namespace WebhookReceiver.PostgreSql.Schema;

/// <summary>One step of the schema.</summary>
/// <param name="Version">The version that it leads to.</param>
/// <param name="OldestProgram">The oldest version of a program that can live with it.</param>
/// <param name="Statements">What it does, in one transaction; holds no lock for long.</param>
internal sealed record SchemaStep(int Version, int OldestProgram, string Statements);
