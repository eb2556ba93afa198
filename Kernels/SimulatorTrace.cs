using System.Diagnostics;

namespace NativeSsl.Kernels;

/// <summary>
/// ILGPU's simulator reports an index out of range through <see cref="Trace"/>, whose standard listener ends the process, on a thread where
/// an exception would end it too. This listener takes note while a simulated kernel runs, and otherwise passes everything on to the
/// listeners that were there before.
/// </summary>
sealed class SimulatorTrace : TraceListener
{
    static readonly Lock Gate = new();
    static SimulatorTrace? s_installed;

    static int s_running;
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

    /// <summary>Before a simulated kernel.</summary>
    internal static void Enter() => Interlocked.Increment(ref s_running);

    /// <summary>After it: what it complained of, if anything.</summary>
    internal static string? Leave()
    {
        Interlocked.Decrement(ref s_running);
        return Interlocked.Exchange(ref s_failure, null);
    }

    public override void Fail(string? message, string? detailMessage)
    {
        if (Volatile.Read(ref s_running) > 0) Interlocked.CompareExchange(ref s_failure, $"{message} {detailMessage}".Trim(), null);
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
