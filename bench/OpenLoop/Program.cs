// Sends signed events at a fixed rate, whether the answers keep up or not, and measures each from the moment at which it was due. A load
// that waits for a slow answer before it sends the next request leaves out the requests that would have suffered (coordinated omission).
//
//   OpenLoop PORT PATH RATE SECONDS CONNECTIONS ascending|random RUN SIGNATURE BODY-FILE PERCENTILE...
//
// Prints: answers, failures and microseconds with the warm-up, then the percentiles in microseconds without it.
using System.Globalization;
using System.Net;
using System.Text;
using OpenLoop;

var endpoint = new IPEndPoint(IPAddress.Loopback, Number(args[0]));
var (rate, seconds, connections, run) = (Number(args[2]), Number(args[3]), Number(args[4]), Number(args[6]));
var body = File.ReadAllBytes(args[8]);
var head = Encoding.ASCII.GetBytes(
    $"POST {args[1]} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n" +
    $"X-Signature-256: sha256={args[7]}\r\nX-Event-Id: ");
var ids = new EventIds(ascending: args[5] == "ascending", run);

// The program is compiled and its connections are open before it counts: one second at the same rate.
using var load = new Load(endpoint, connections, head, body, ids);
var warmUp = load.Run(rate, rate);
var result = load.Run(rate, rate * seconds);

var latencies = result.Microseconds;
Array.Sort(latencies);
Console.WriteLine(string.Join(
    ' ',
    [
        latencies.Length + rate, warmUp.Failed + result.Failed, warmUp.TotalMicroseconds + result.TotalMicroseconds,
        .. args[9..].Select(percentile => latencies[Math.Max(0, (int)Math.Ceiling(latencies.Length * decimal.Parse(percentile, CultureInfo.InvariantCulture) / 100) - 1)]),
    ]));

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
