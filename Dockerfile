# Built on the machine's own architecture for any: the compiler of the build stage writes code for the target.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /src

# What decides the packages comes first: as long as it stays the same, so does the layer with the packages.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/WebhookReceiver.Senders/WebhookReceiver.Senders.csproj src/WebhookReceiver.Senders/
COPY src/WebhookReceiver/WebhookReceiver.csproj src/WebhookReceiver/
COPY src/WebhookReceiver.PostgreSql/WebhookReceiver.PostgreSql.csproj src/WebhookReceiver.PostgreSql/
COPY src/WebhookReceiver.Host/WebhookReceiver.Host.csproj src/WebhookReceiver.Host/
RUN dotnet restore src/WebhookReceiver.Host -a "${TARGETARCH:-$(dpkg --print-architecture)}" -p:PublishReadyToRun=true

COPY .editorconfig ./
COPY eng/ eng/
COPY src/ src/
RUN dotnet publish src/WebhookReceiver.Host -c Release -a "${TARGETARCH:-$(dpkg --print-architecture)}" --no-restore --self-contained false \
        -p:PublishReadyToRun=true -p:UseAppHost=false -o /app

# The run image has no shell, so its only writable place is made here. Inside a directory, because the mode of what is copied by name is lost.
RUN install -d -m 0700 /rootfs/data

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=1654:1654 /rootfs/ /

# No debugger, no profiler, no memory dump: secrets and payloads stay in memory. Diagnostics would need a writable /tmp, too.
ENV ASPNETCORE_ENVIRONMENT=Production \
    ASPNETCORE_HTTP_PORTS=8080 \
    WebhookReceiver__Inbox__ConnectionString="Data Source=/data/inbox.db" \
    WebhookReceiver__Management__Url=http://+:8081 \
    DOTNET_EnableDiagnostics=0 \
    DOTNET_DbgEnableMiniDump=0

# The user `app` of the base image, by number, so that Kubernetes can see that it is not root.
USER 1654
VOLUME /data
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["dotnet", "WebhookReceiver.Host.dll", "healthcheck"]
ENTRYPOINT ["dotnet", "WebhookReceiver.Host.dll"]
