using System.Runtime.InteropServices;

namespace NativeSsl.Cli;

/// <summary>
/// Ctrl-C and the request to terminate. The first asks the command to finish its step and save; the second ends the process at once, which a run
/// survives too, because checkpoints are written whole or not at all.
/// </summary>
sealed class Stop : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly List<PosixSignalRegistration> _signals = [];

    /// <summary>The exit code that belongs to the signal.</summary>
    internal int Code { get; private set; }

    internal bool Requested => _source.IsCancellationRequested;
    internal CancellationToken Token => _source.Token;

    internal static Stop OnSignals()
    {
        var stop = new Stop();
        stop._signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => stop.Handle(signal, ExitCode.Interrupted)));
        stop._signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => stop.Handle(signal, ExitCode.Terminated)));
        return stop;
    }

    internal void Request(int code)
    {
        if (!Requested) Code = code;
        _source.Cancel();
    }

    void Handle(PosixSignalContext signal, int code)
    {
        if (Requested) return;                      // not cancelled: the signal does what it always does
        signal.Cancel = true;
        Request(code);
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _source.Dispose();
    }
}
