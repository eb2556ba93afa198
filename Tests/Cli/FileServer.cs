using System.Net;

namespace NativeSsl.Tests.Cli;

/// <summary>A web server on this machine that answers every request with the same bytes.</summary>
sealed class FileServer : IDisposable
{
    readonly HttpListener _listener = new();

    internal FileServer(byte[] content, int status = 200, long? promised = null)
    {
        Address = new Uri($"http://127.0.0.1:{FreePort()}/file");
        _listener.Prefixes.Add($"{Address.GetLeftPart(UriPartial.Authority)}/");
        _listener.Start();
        _ = Task.Run(async () =>
        {
            while (_listener.IsListening)
                try
                {
                    HttpListenerContext context = await _listener.GetContextAsync();
                    Requests++;
                    context.Response.StatusCode = status;
                    context.Response.ContentLength64 = promised ?? content.Length;
                    await context.Response.OutputStream.WriteAsync(content);
                    if (promised is null) context.Response.Close(); else context.Response.Abort();
                }
                catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException or InvalidOperationException) { }
        });
    }

    internal Uri Address { get; }
    internal int Requests { get; private set; }

    static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    public void Dispose() => _listener.Close();
}
