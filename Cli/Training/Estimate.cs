using System.Diagnostics;
using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>What a run will take: memory from the shapes, time from the speed of a matrix product measured now.</summary>
/// <param name="Parameters">Numbers that are learned.</param>
/// <param name="ActivationBytes">What a step keeps for its backward pass.</param>
/// <param name="GigaflopsPerStep">The arithmetic of a step.</param>
/// <param name="Steps">Of the whole run.</param>
/// <param name="Backend">Where it is to run.</param>
sealed record Estimate(long Parameters, long ActivationBytes, double GigaflopsPerStep, long Steps, IBackend Backend)
{
    readonly double _measuredGigaflops = Measure(Backend);

    // Value, gradient and two moments, of four bytes each.
    long StateBytes => 16 * Parameters;

    double Seconds => Steps * GigaflopsPerStep / _measuredGigaflops;

    internal void Print(Terminal terminal) => terminal.Table(["estimate", "value"],
    [
        ["parameters", Text.Invariant($"{Parameters:N0}")],
        ["parameters, gradients, optimizer", Text.Bytes(StateBytes)],
        ["activations of a step", "about " + Text.Bytes(ActivationBytes)],
        ["arithmetic of a step", Text.Invariant($"{GigaflopsPerStep:F2} GFLOP")],
        ["matrix products here, now", Text.Invariant($"{_measuredGigaflops:F0} GFLOP/s")],
        ["time for all steps", "at least " + Text.Time(TimeSpan.FromSeconds(Seconds))],
    ]);

    internal JsonObject ToJson() => new()
    {
        ["parameters"] = Parameters, ["stateBytes"] = StateBytes, ["activationBytes"] = ActivationBytes, ["gigaflopsPerStep"] = GigaflopsPerStep,
        ["measuredGigaflopsPerSecond"] = _measuredGigaflops, ["seconds"] = Seconds,
    };

    static double Measure(IBackend backend)
    {
        int size = backend is CpuBackend ? 256 : 64;
        Tensor a = Tensor.Full(backend, [size, size], 1f), b = Tensor.Full(backend, [size, size], 1f);
        double best = double.PositiveInfinity;
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using (new Step(backend)) a.MatMul(b).ToArray();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return 2.0 * size * size * size / best / 1e9;
    }
}
