using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>T5's training step of both sides in turn: same architecture, first weights, batches, optimizer; losses compared step by step.</summary>
static class CompareText
{
    const int Batches = 4, Batch = 32, Inputs = 128, Targets = 32, ComparedSteps = 20;
    static readonly T5.Config Size = new() { Dropout = 0f };

    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        var report = new Report("text", "Training step of T5");
        report.Text($"{Both.Sides} Ours: T5, TextToText, AdamW, through Trainer.Step, which also takes the gradient's norm and reads the loss. libtorch: functions, fused "
            + "linear, fused cross-attention, TorchSharp's AdamW; the loss is not read while measuring.");
        report.PairHead("step", speeds: true);
        var model = new T5(Size, new Init(Both.Ours, seed: 1));
        using var reference = new TorchT5(model);
        int[][][] batches = [.. Enumerable.Range(0, Batches).Select(number => new[] { Draw(Batch * Inputs, 2 * number), Draw(Batch * Targets, 2 * number + 1) })];
        var trainer = new Trainer(new TextToText(model, padding: 0), new Given(batches), new TrainerOptions
        {
            Steps = long.MaxValue, WeightDecay = AdamSettings.Decay,
            Players = new Dictionary<string, Player>
                { ["main"] = new(parameters => new AdamW(parameters, AdamSettings.Beta1, AdamSettings.Beta2, AdamSettings.Epsilon), new Constant(AdamSettings.Rate)) },
        });
        List<double> ours = [];
        List<TorchTensor> theirs = [];
        double flops = 0;
        optim.Optimizer optimizer = reference.Optimizer();
        (TorchTensor, TorchTensor, TorchTensor)[] torchBatches = [.. batches.Select(batch => (Longs(batch[0], Inputs), Longs(Shifted(batch[1]), Targets), Longs(batch[1], Targets).view(-1)))];
        Pair pair = Both.Measure(() =>
        {
            TrainingReport step = trainer.Step();
            ours.Add(step.Loss);
            flops = step.Flops;
        }, () =>
        {
            using var scope = NewDisposeScope();
            var (inputs, written, targets) = torchBatches[theirs.Count % Batches];
            optimizer.zero_grad();
            TorchTensor loss = reference.Loss(inputs, written, targets);
            loss.backward();
            optimizer.step();
            theirs.Add(loss.detach().MoveToOuterDisposeScope());
        }, seconds: 20);
        report.Row($"T5, {Size.Layers} + {Size.Layers} layers of {Size.Width}, {Batch} × {Inputs} to {Targets}", pair, flops);
        report.EndTable();
        report.Goal("training step of T5", pair.Ratio, 0.8);
        double apart = ours.Zip(theirs, (a, b) => Math.Abs(a - b.item<float>())).Take(ComparedSteps).Max();
        report.Goal($"largest difference of losses, first {Math.Min(ComparedSteps, ours.Count)} steps of T5", apart, 1e-3);
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- text");
    }

    // No padding among the targets, token 0: the reference counts them all.
    static int[] Draw(int count, int stream)
    {
        var random = new RandomSource(3, (ulong)stream);
        return [.. Enumerable.Range(0, count).Select(_ => 1 + random.NextInt(Size.Vocabulary - 1))];
    }

    static int[] Shifted(int[] targets) => [.. targets.Select((_, i) => i % Targets == 0 ? 0 : targets[i - 1])];

    static TorchTensor Longs(int[] tokens, int time) => tensor(tokens.Select(token => (long)token).ToArray(), [Batch, time]);

    sealed class Given(int[][][] batches) : IViewSource
    {
        readonly Views[] _views = [.. batches.Select(batch => new Views
        {
            Indices = [Indices.From(Both.Ours, [Batch, Inputs], batch[0]), Indices.From(Both.Ours, [Batch, Targets], batch[1])], Terms = batch[1].Length,
        })];

        public Views Draw(long draw) => _views[draw % _views.Length];
        public IEnumerable<Views> Everything() => _views;
        public long? DrawsPerEpoch => null;
    }
}
