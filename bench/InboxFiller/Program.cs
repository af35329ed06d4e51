// Makes an inbox that holds many events, faster than deliveries could bring them, and by the same way from there on: through the store
// itself, so that its known ids, their filters and its marks are what they are in use.
//
//   InboxFiller DIRECTORY COUNT succeeded|pending BODY-BYTES
//
// Prints the file, how many events were stored now (0 where the file was there already), and in how many seconds. The name of the file says
// what it holds and for which schema.
using System.Globalization;
using InboxFiller;
using WebhookReceiver.Inbox.Sqlite;

var (directory, count, state, bodyBytes) = (args[0], Number(args[1]), args[2], Number(args[3]));
var path = Path.Combine(directory, $"{count}-{state}-of-{bodyBytes}-bytes-schema-{SqliteSchema.Version}.db");
if (File.Exists(path))
{
    Console.WriteLine($"{path} 0 0");
    return 0;
}

// In a directory of its own until it is complete: what was cut off is no use.
var unfinished = Path.Combine(directory, "unfinished");
if (Directory.Exists(unfinished))
{
    Directory.Delete(unfinished, recursive: true);
}

var clock = TimeProvider.System;
var from = clock.GetTimestamp();
var file = Path.Combine(unfinished, "inbox.db");
await using (var filler = await Filler.OpenAsync(file, isPending: state == "pending", bodyBytes, clock))
{
    await filler.FillAsync(count);
}

File.Move(file, path);
Directory.Delete(unfinished, recursive: true);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path} {count} {clock.GetElapsedTime(from).TotalSeconds:F1}"));
return 0;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
