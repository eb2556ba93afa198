using System.Diagnostics;
using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>What a run will take: memory from the shapes, time from the speed of a matrix product measured now.</summary>
sealed record Estimate(long Parameters, long StateBytes, long ActivationBytes, double GigaflopsPerStep, double MeasuredGigaflops, long Steps)
{
    const int FloatsPerFeature = 18;            // norms, queries, keys, values, attention, two projections, hidden layer before and after its formula

    internal static Estimate Of(TextRun run, IBackend backend)
    {
        Recipe recipe = run.Recipe;
        long parameters = run.Model.ParameterCount, tokens = (long)recipe.Batch * recipe.Context;
        long activations = 4 * tokens * ((long)recipe.Layers * FloatsPerFeature * recipe.Width + 3L * run.Tokenizer.VocabularySize);
        // Forward 2 operations for each parameter and token, backward twice as many; attention adds 4 context width per layer, likewise times 3.
        double operations = 6.0 * parameters * tokens + 12.0 * tokens * recipe.Context * recipe.Width * recipe.Layers;
        return new Estimate(parameters, 16 * parameters, activations, operations / 1e9, Measure(backend), recipe.Steps);
    }

    double Seconds => Steps * GigaflopsPerStep / MeasuredGigaflops;

    internal void Print(Terminal terminal) => terminal.Table(["estimate", "value"],
    [
        ["parameters", Text.Invariant($"{Parameters:N0}")],
        ["parameters, gradients, optimizer", Text.Bytes(StateBytes)],
        ["activations of a step", "about " + Text.Bytes(ActivationBytes)],
        ["arithmetic of a step", Text.Invariant($"{GigaflopsPerStep:F2} GFLOP")],
        ["matrix products here, now", Text.Invariant($"{MeasuredGigaflops:F0} GFLOP/s")],
        ["time for all steps", "at least " + Text.Time(TimeSpan.FromSeconds(Seconds))],
    ]);

    internal JsonObject ToJson() => new()
    {
        ["parameters"] = Parameters, ["stateBytes"] = StateBytes, ["activationBytes"] = ActivationBytes, ["gigaflopsPerStep"] = GigaflopsPerStep,
        ["measuredGigaflopsPerSecond"] = MeasuredGigaflops, ["seconds"] = Seconds,
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
