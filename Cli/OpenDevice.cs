namespace NativeSsl.Cli;

/// <summary>A backend for the time of one command; a GPU is released at its end.</summary>
sealed class OpenDevice(IBackend backend) : IDisposable
{
    internal IBackend Backend => backend;

    public void Dispose() => (backend as IDisposable)?.Dispose();
}
