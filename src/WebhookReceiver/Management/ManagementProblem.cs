using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Management;

/// <summary>The problems of the management API (RFC 9457).</summary>
internal static class ManagementProblem
{
    /// <summary>An error as an answer.</summary>
    /// <param name="error">The error.</param>
    /// <param name="title">What is wrong with this request; the error's own sentence by default.</param>
    /// <param name="status">One of the error's statuses; the usual one by default.</param>
    public static ProblemHttpResult Create(ErrorCode error, string? title = null, int? status = null) => TypedResults.Problem(
        title: title ?? error.Title, statusCode: status ?? error.Statuses[0], type: error.Type, extensions: new Dictionary<string, object?> { ["code"] = error.Code });
}
