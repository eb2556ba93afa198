using System.Diagnostics;

namespace NativeSsl.Kernels;

/// <summary>
/// ILGPU's simulator reports an index out of range through <see cref="Trace"/>, whose standard listener ends the process, on a thread where
/// an exception would end it too. This listener takes note while a simulated kernel runs, and otherwise passes everything on to the
/// listeners that were there before.
/// </summary>
sealed class SimulatorTrace : TraceListener
{
    static readonly Lock Gate = new(), Running = new();
    static SimulatorTrace? s_installed;

    static volatile bool s_runs;
    static string? s_failure;

    readonly TraceListener[] _others;

    SimulatorTrace(TraceListener[] others) => _others = others;

    internal static void Install()
    {
        lock (Gate)
        {
            if (s_installed is not null) return;
            var others = new TraceListener[Trace.Listeners.Count];
            Trace.Listeners.CopyTo(others, 0);
            s_installed = new SimulatorTrace(others);
            Trace.Listeners.Clear();
            Trace.Listeners.Add(s_installed);
        }
    }

    /// <summary>Runs a simulated kernel, one at a time in a process: a complaint does not say whose it is.</summary>
    /// <returns>What it complained of, if anything.</returns>
    internal static string? Watch(Action kernel)
    {
        lock (Running)
        {
            (s_runs, s_failure) = (true, null);
            try { kernel(); }
            finally { s_runs = false; }
            return Interlocked.Exchange(ref s_failure, null);
        }
    }

    public override void Fail(string? message, string? detailMessage)
    {
        if (s_runs) Interlocked.CompareExchange(ref s_failure, $"{message} {detailMessage}".Trim(), null);
        else foreach (TraceListener other in _others) other.Fail(message, detailMessage);
    }

    public override void Fail(string? message) => Fail(message, null);

    public override void Write(string? message)
    {
        foreach (TraceListener other in _others) other.Write(message);
    }

    public override void WriteLine(string? message)
    {
        foreach (TraceListener other in _others) other.WriteLine(message);
    }
}
