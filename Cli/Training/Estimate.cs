using System.Diagnostics;
using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>What a run will take.</summary>
/// <param name="Rows">Each with a name for people, a value for people, and both for programs.</param>
sealed record Estimate(params (string Name, string Value, string Key, double Number)[] Rows)
{
    /// <summary>From the shapes, and the speed of a matrix product measured now.</summary>
    internal static Estimate OfShapes(long parameters, long activationBytes, double gigaflopsPerStep, long steps, IBackend backend)
    {
        double measured = Measure(backend), seconds = steps * gigaflopsPerStep / measured;
        return new Estimate([.. State(parameters),
            ("activations of a step", "about " + Text.Bytes(activationBytes), "activationBytes", activationBytes),
            ("arithmetic of a step", Text.Invariant($"{gigaflopsPerStep:F2} GFLOP"), "gigaflopsPerStep", gigaflopsPerStep),
            ("matrix products here, now", Text.Invariant($"{measured:F0} GFLOP/s"), "measuredGigaflopsPerSecond", measured),
            ("time for all steps", "at least " + Text.Time(TimeSpan.FromSeconds(seconds)), "seconds", seconds)]);
    }

    /// <summary>From a step that was taken to see: the second, since the first has to find its memory.</summary>
    internal static Estimate OfStep(long parameters, long steps, CpuBackend? host, Action step)
    {
        step();
        long start = Stopwatch.GetTimestamp();
        step();
        double each = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Estimate([.. State(parameters),
            .. host is null ? [] : new[] { ("memory of a step", Text.Bytes(host.PoolBytes), "stepBytes", (double)host.PoolBytes) },
            ("a step here, now", Text.Invariant($"{each:F2} s"), "secondsPerStep", each),
            ("time for all steps", "about " + Text.Time(TimeSpan.FromSeconds(steps * each)), "seconds", steps * each)]);
    }

    // Value, gradient and two moments, of four bytes each.
    static (string, string, string, double)[] State(long parameters) =>
    [
        ("parameters", Text.Invariant($"{parameters:N0}"), "parameters", parameters),
        ("parameters, gradients, optimizer", Text.Bytes(16 * parameters), "stateBytes", 16 * parameters),
    ];

    internal void Print(Terminal terminal) => terminal.Table(["estimate", "value"], Rows.Select(row => new[] { row.Name, row.Value }));

    internal JsonObject ToJson() => new(Rows.Select(row => KeyValuePair.Create<string, JsonNode?>(row.Key, row.Number)));

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
