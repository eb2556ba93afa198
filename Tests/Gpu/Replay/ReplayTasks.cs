using NativeSsl.Kernels;
using NativeSsl.Tests.Objectives;

namespace NativeSsl.Tests.Gpu;

/// <summary>Small runs, each of which is taken twice: in full and replayed.</summary>
static class ReplayTasks
{
    /// <summary>Losses, norms and FLOPs of ten steps, all tensors behind them, and what is said of replays. Steps that are replayed are read late, the others waited for.</summary>
    internal static (double[] Told, float[][] Left, string? About) Train(GpuBackend gpu, Func<GpuBackend, (Objective, IViewSource)> task, bool replays, int microBatches = 1, long healthInterval = 0, int steps = 10, Player? player = null)
    {
        (Objective objective, IViewSource views) = task(gpu);
        using Trainer trainer = TenSteps.Training((objective, views), replays, microBatches, healthInterval, steps, player);
        List<TrainingReport> reports = [];
        if (replays) trainer.Run(progress: new SmallRun.Reports(reports.Add));
        else while (trainer.StepsDone < steps) reports.Add(trainer.Step());
        double[] told = [.. reports.SelectMany(report => new[] { report.Loss, report.GradientNorm, report.Flops })];
        return (told, [.. objective.NamedTensors().Select(entry => entry.Tensor.ToArray())], trainer.Replays);
    }

    internal static string Same(Func<GpuBackend, (Objective, IViewSource)> task, int microBatches = 1, long healthInterval = 0, int steps = 10, Player? player = null)
    {
        using GpuBackend first = GpuBackend.Simulator(), second = GpuBackend.Simulator();
        return Same(first, second, task, microBatches, healthInterval, steps, player);
    }

    internal static string Same(GpuBackend first, GpuBackend second, Func<GpuBackend, (Objective, IViewSource)> task, int microBatches = 1, long healthInterval = 0, int steps = 10, Player? player = null)
    {
        var plain = Train(first, task, replays: false, microBatches, healthInterval, steps, player);
        var replayed = Train(second, task, replays: true, microBatches, healthInterval, steps, player);
        Assert.Null(plain.About);
        Assert.Equal(plain.Told, replayed.Told);
        Assert.Equal(plain.Left, replayed.Left);
        return replayed.About!;
    }

    internal static (Objective, IViewSource) SmallGpt(IBackend gpu) => Learning(gpu, model => new NextToken(model));

    internal static (Objective, IViewSource) Learning(IBackend gpu, Func<Gpt, Objective> objective, int[]? targets = null)
    {
        var model = new Gpt(new Gpt.Config { Vocabulary = 11, Context = 4, Layers = 1, Heads = 2, Width = 8, Dropout = 0.2f }, new Init(gpu, seed: 1));
        int[] text = [.. Enumerable.Range(0, 200).Select(i => i * i % 11)];
        return (objective(model), targets is null ? new TokenWindows(gpu, text, context: 4, batch: 2, seed: 1) : new GivenTargets(gpu, targets));
    }

    /// <summary>What <see cref="Lending"/> lent for the step.</summary>
    [ThreadStatic]
    internal static Tensor? Lent;

    /// <summary>Points on their way to zero, through a batch norm that keeps running statistics.</summary>
    internal sealed class Normed(IBackend gpu) : Objective
    {
        readonly BatchNorm _norm = new(new Init(gpu, 1), 6);
        readonly Tensor _streams = new Init(gpu, 1).State([1], 0f);

        public override IReadOnlyList<Part> Parts => [new("norm", _norm), new("streams", _streams)];
        // whatever draws next has the streams that it would have had
        public override void AfterStep(Progress progress) => gpu.Accumulate(Tensor.Full(gpu, [1], Step.Current!.Streams), _streams);
        public override bool IsReplayable => true;
        public override Tensor Loss(Views views) => (_norm.Forward(views.Tensors[0]).Dropout(0.3f) * views.Tensors[1]).Square().Mean();
    }

    /// <summary>A student whose teacher follows it faster and faster, and is believed more and more.</summary>
    internal sealed class Followed : Objective
    {
        readonly Linear _student, _teacher;
        readonly Momentum _momentum;
        readonly ScheduledNumber _stays, _temperature;

        public Followed(IBackend gpu)
        {
            (_student, _teacher) = (new Linear(new Init(gpu, 1), 6, 3, bias: true), new Linear(new Init(gpu, 2, trained: false), 6, 3, bias: true));
            _momentum = new Momentum(_student, _teacher);
            (_stays, _temperature) = (new ScheduledNumber(gpu, new LinearDecay(0.9, 0.5, 4)), new ScheduledNumber(gpu, new Cosine(1, 0.1, 4)));
        }

        public override IReadOnlyList<Part> Parts => [new("student", _student), new("teacher", _teacher)];
        public override IReadOnlyList<ScheduledNumber> Numbers => [_stays, _temperature];
        public override bool IsReplayable => true;
        public override void AfterStep(Progress progress) => _momentum.Follow(_stays.Value);
        public override Tensor Loss(Views views) =>
            (_student.Forward(views.Tensors[0]) - (_teacher.Forward(views.Tensors[1]) / _temperature.Value).StopGradient()).Square().Mean();
    }

    /// <summary>An objective that reads a number back when the parameters have moved already.</summary>
    internal sealed class ReadingAfterwards(Gpt model) : Objective
    {
        public override IReadOnlyList<Part> Parts => [new("model", model)];
        public override bool IsReplayable => true;
        public override void AfterStep(Progress progress) => NamedTensors().First().Tensor.ToArray();
        public override Tensor Loss(Views views) => new NextToken(model).Loss(views);
    }

    /// <summary>Points at random, and how much each counts; in one draw there is a NaN.</summary>
    internal sealed class Points(IBackend gpu, long spoiltDraw = -1) : IViewSource
    {
        public Views Draw(long draw)
        {
            var random = new RandomSource(8, (ulong)draw);
            Tensor Some() => Tensor.From(gpu, [4, 6], [.. Enumerable.Range(0, 24).Select(i => i == 7 && draw == spoiltDraw ? float.NaN : random.NextUniform() * 2f - 1f)]);
            return new Views { Tensors = [Some(), Some()] };
        }

        public IEnumerable<Views> Everything() => [];
        public long? DrawsPerEpoch => null;
    }

    /// <summary>An objective that says nothing of replays.</summary>
    internal sealed class Plain(Gpt model) : Objective
    {
        public override IReadOnlyList<Part> Parts => [new("model", model)];
        public override Tensor Loss(Views views) => new NextToken(model).Loss(views);
    }

    /// <summary>An objective that promises too much.</summary>
    internal sealed class Altered(Gpt model, Func<Tensor, Views, Tensor> change) : Objective
    {
        public override IReadOnlyList<Part> Parts => [new("model", model)];
        public override bool IsReplayable => true;
        public override Tensor Loss(Views views) => change(new NextToken(model).Loss(views), views);
    }

    /// <summary>Lends a number outside of the views.</summary>
    internal sealed class Lending(GpuBackend gpu, IViewSource views) : IViewSource
    {
        public Views Draw(long draw)
        {
            Lent = Tensor.Full(gpu, [], draw);
            return views.Draw(draw);
        }

        public IEnumerable<Views> Everything() => views.Everything();
        public long? DrawsPerEpoch => null;
    }

    /// <summary>The same views, of which one says that it has another number of terms.</summary>
    internal sealed class OtherTerms(IViewSource views) : IViewSource
    {
        public Views Draw(long draw) => views.Draw(draw) with { Terms = draw == 1 ? 4 : 3 };
        public IEnumerable<Views> Everything() => [];
        public long? DrawsPerEpoch => null;
    }

    /// <summary>Sentences to read and to write, padded to the same shapes.</summary>
    internal sealed class PaddedPairs(IBackend gpu) : IViewSource
    {
        public Views Draw(long draw)
        {
            int[] Row(int length, int of) => [.. Enumerable.Range(0, of).Select(i => i < length ? 1 + (i + 3 * (int)draw) % 10 : 0)];
            int read = 2 + (int)draw % 3, written = 4 - (int)draw % 3;
            return new Views { Indices = [Indices.From(gpu, [2, 5], [.. Row(read, 5), .. Row(5, 5)]), Indices.From(gpu, [2, 4], [.. Row(4, 4), .. Row(written, 4)]), Indices.From(gpu, [2], read, 5)] };
        }

        public IEnumerable<Views> Everything() => [];
        public long? DrawsPerEpoch => null;
    }

    /// <summary>Three sentences, of which the first is shorter.</summary>
    internal sealed class PaddedSentences(IBackend gpu) : IViewSource
    {
        public Views Draw(long draw) => new()
        {
            Indices = [Indices.From(gpu, [3, 5], [.. Enumerable.Range(0, 15).Select(i => 1 + i * (int)(draw + 2) % 10)]), Indices.From(gpu, [3, 5], new int[15]),
                Indices.From(gpu, [3], 2 + (int)draw % 3, 5, 5)],
        };

        public IEnumerable<Views> Everything() => [];
        public long? DrawsPerEpoch => null;
    }

    /// <summary>Windows of which so many targets do not count; −1 has one outside of the vocabulary.</summary>
    internal sealed class GivenTargets(IBackend gpu, int[] left) : IViewSource
    {
        public Views Draw(long draw)
        {
            int[] tokens = [.. Enumerable.Range(0, 8).Select(i => (i + (int)draw) % 11)], targets = [.. tokens.Select(token => (token + 1) % 11)];
            for (int i = 0; i < left[draw]; i++) targets[3 * i] = -100;
            if (left[draw] < 0) targets[5] = 99;
            return new Views { Indices = [Indices.From(gpu, [2, 4], tokens), Indices.From(gpu, [2, 4], targets)] };
        }

        public IEnumerable<Views> Everything() => [];
        public long? DrawsPerEpoch => null;
    }
}
