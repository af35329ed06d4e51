using Microsoft.OpenApi;
using WebhookReceiver.Management;

namespace WebhookReceiver.Host.OpenApi;

/// <summary>Describes both listeners in one OpenAPI 3.1 document and shows it with Swagger UI, on the management listener alone.</summary>
internal static class OpenApiSetup
{
    public const string SecurityScheme = "managementToken";
    private const string DocumentName = "v1";
    private const string DocumentFolder = "openapi";
    private const string PagesFolder = "swagger";

    // Swagger UI shows its icons as data, and styles its elements one by one.
    private const string PagesPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void AddOpenApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddEndpointsApiExplorer();
        builder.Services.AddSwaggerGen(document =>
        {
            document.SwaggerDoc(DocumentName, new OpenApiInfo
            {
                Title = "WebhookReceiver",
                Version = HostVersion.Current,
                Description = "Deliveries go to the public listener, everything else to the management listener. "
                    + "Probes, this document and its pages are open; every other call needs the management token.",
            });
            document.AddSecurityDefinition(SecurityScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "WebhookReceiver:Management:Token. In Development without a token, callers from this machine are let in, but no page of another site in their browser.",
            });
            document.SupportNonNullableReferenceTypes();
            document.NonNullableReferenceTypesAsRequired();

            // A publish can leave the comments out; the document then says less, and nothing else fails.
            if (File.Exists(Path.Combine(AppContext.BaseDirectory, typeof(EventPage).Assembly.GetName().Name + ".xml")))
            {
                document.IncludeXmlComments(typeof(EventPage).Assembly);
            }

            document.OperationFilter<ManagementOperations>();
            document.DocumentFilter<Problems>();
            document.DocumentFilter<WebhookOperations>();
            document.DocumentFilter<MetricsOperation>();
        });
    }

    /// <summary>Serves the document and its pages. Their middleware is made for the first request: it compiles expressions, for which no start should wait.</summary>
    public static IApplicationBuilder UseOpenApi(this IApplicationBuilder management) => management.Use(next =>
    {
        var pages = new Lazy<RequestDelegate>(() => Pages(management, next));
        return context => IsBelow(context, DocumentFolder) || IsBelow(context, PagesFolder) ? pages.Value(context) : next(context);
    });

    private static bool IsBelow(HttpContext context, string folder) =>
        context.Request.Path.StartsWithSegments("/" + folder, StringComparison.OrdinalIgnoreCase);

    private static RequestDelegate Pages(IApplicationBuilder management, RequestDelegate next)
    {
        var pages = management.New();
        pages.Use((context, following) =>
        {
            context.Response.Headers.ContentSecurityPolicy = PagesPolicy;
            return following(context);
        });
        pages.UseSwagger(static options =>
        {
            options.RouteTemplate = DocumentFolder + "/{documentName}.json";
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        });
        pages.UseSwaggerUI(static page =>
        {
            page.DocumentTitle = "WebhookReceiver";
            page.RoutePrefix = PagesFolder;
            page.SwaggerEndpoint($"/{DocumentFolder}/{DocumentName}.json", "WebhookReceiver");
        });
        pages.Run(next);
        return pages.Build();
    }
}
