using static NativeSsl.Tests.Objectives.SmallRun;

namespace NativeSsl.Tests.Objectives;

public sealed class TrainerTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_best_checkpoint_is_the_first_after_the_lowest_validation_loss()
    {
        using RunDirectory run = RunDirectory.Create(_scratch.File("a"), new TextRecipe());
        New().Run(run);
        var losses = MetricsLog.Read(run.MetricsPath).Where(line => line.Values.ContainsKey("validationLoss"))
            .ToDictionary(line => line.Step, line => line.Values["validationLoss"]);
        Assert.Equal([4, 8, 12], losses.Keys);
        long lowest = losses.MinBy(loss => loss.Value).Key;
        Assert.Equal(lowest switch { 4 => 5, 8 => 10, _ => 12 }, RunDirectory.Best(run.Path)?.Step);
    }

    [Fact]
    public void A_checkpoint_of_another_recipe_is_refused()
    {
        using (RunDirectory run = RunDirectory.Create(_scratch.File("a"), new TextRecipe())) New().Run(run);
        string message = Assert.Throws<MalformedFileException>(() => New(identity: "other").Load(RunDirectory.Latest(_scratch.File("a"))!.Path)).Message;
        Assert.Contains("another recipe", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Micro_batches_are_one_large_batch()
    {
        // Draw n of batch b begins at counter n·b, so two draws of six are one draw of twelve.
        Trainer large = New(batch: 12, dropout: 0), small = New(batch: 6, microBatches: 2, dropout: 0);
        for (int step = 0; step < 4; step++)
        {
            (TrainingReport a, TrainingReport b) = (large.Step(), small.Step());
            Assert.Equal(a.Loss, b.Loss, 1e-5);
            Assert.Equal(a.GradientNorm, b.GradientNorm, 1e-4);
        }
    }

    [Fact]
    public void The_loss_falls_as_it_always_has()
    {
        Trainer trainer = New(dropout: 0, steps: 60);
        double[] losses = [.. Enumerable.Range(0, 60).Select(_ => trainer.Step().Loss)];
        double[] first = [2.40864, 2.38932, 2.40250, 2.38931, 2.34868, 2.38458, 2.38731, 2.40903, 2.32914, 2.32301];
        for (int i = 0; i < first.Length; i++) Assert.Equal(first[i], losses[i], 2e-4);
        Assert.InRange(losses[^10..].Average(), 0, losses[0] - 0.1);
    }

    [Fact]
    public void A_gradient_that_is_no_number_stops_the_run_and_changes_nothing()
    {
        var cpu = new CpuBackend(1);
        var objective = new Poisoned(cpu, from: 3);
        var trainer = new Trainer(objective, new Nothing(), new TrainerOptions
        {
            Steps = 10, Clip = 1, Players = new Dictionary<string, Player> { ["main"] = new(p => new AdamW(p), new Constant(0.1)) },
        });
        for (int step = 0; step < 3; step++) trainer.Step();
        float[] before = objective.Bad.ToArray(), seen = objective.Seen.ToArray();
        string message = Assert.Throws<DivergedException>(() => trainer.Step()).Message;
        Assert.Contains("Step 4", message, StringComparison.Ordinal);
        Assert.Contains("that of bad", message, StringComparison.Ordinal);
        Assert.Equal(before, objective.Bad.ToArray());
        Assert.Equal([3f], seen);
        Assert.Equal(seen, objective.Seen.ToArray());
        Assert.Equal(3, trainer.StepsDone);
    }

    // Drawn outside of one, a validation's indices are pinned arrays, which pile up between the rarest of collections.
    [Fact]
    public void Validation_draws_each_micro_batch_inside_the_step_that_uses_it()
    {
        var cpu = new CpuBackend(1);
        var model = new Gpt(new Gpt.Config { Vocabulary = 11, Context = 8, Layers = 1, Heads = 2, Width = 16 }, new Init(cpu, 3));
        var watched = new Watched(new TokenWindows(cpu, Text, 8, 4, seed: 5));
        double loss = new NextToken(model).MeanLoss(cpu, watched);
        Assert.True(watched.Steps.Count > 2, "one micro-batch shows nothing");
        Assert.DoesNotContain(null, watched.Steps);
        Assert.Equal(watched.Steps.Count, watched.Steps.Distinct().Count());
        double[] losses = [.. watched.Everything().Select(views => new NextToken(model).Loss(views).Item() * (double)views.Terms)];
        Assert.Equal(losses.Sum() / watched.Everything().Sum(views => views.Terms), loss, 1e-6);
        Assert.Throws<NativeSslException>(() => new NextToken(model).MeanLoss(cpu, new Nothing()));
    }

    sealed class Watched(IViewSource source) : IViewSource
    {
        public List<Step?> Steps { get; } = [];
        public long? DrawsPerEpoch => source.DrawsPerEpoch;
        public Views Draw(long draw) => source.Draw(draw);
        public IEnumerable<Views> Everything() => source.Everything().Select(views =>
        {
            Steps.Add(Step.Current);
            return views;
        });
    }

    // Before every step it is remembered, in case the step diverges: in one copy.
    [Fact]
    public void What_is_not_learned_lies_in_one_piece_of_memory()
    {
        var cpu = new CpuBackend(1);
        StatisticsOnly objective = new(cpu);
        (Tensor Now, float[] Before)[] states = [.. objective.States.Select(tensor => (tensor, tensor.ToArray()))];
        _ = new Trainer(objective, new Nothing(), new TrainerOptions
        {
            Steps = 1,
            Players = new Dictionary<string, Player> { ["main"] = new(p => new AdamW(p), new Constant(0.1)) },
        });
        Assert.Single(objective.States.Select(tensor => tensor.Storage.Whole).Distinct());
        Assert.All(states, state => Assert.Equal(state.Before, state.Now.ToArray()));
    }

    sealed class StatisticsOnly(CpuBackend cpu) : Objective
    {
        readonly Tensor _learned = Tensor.Full(cpu, [4], 1f).RequireGradient(), _first = Tensor.Full(cpu, [3], 2f), _second = Tensor.Full(cpu, [5, 5], 3f);
        public Tensor[] States => [_first, _second];
        public override IReadOnlyList<Part> Parts => [new("first", _first), new("learned", _learned), new("second", _second)];
        public override Tensor Loss(Views views) => _learned.Sum();
    }

    // The logits of a large vocabulary are not stored as a whole, and it makes no difference but to memory.
    [Theory, InlineData(11), InlineData(2500)]
    public void The_loss_is_cross_entropy_of_the_logits_whatever_the_vocabulary(int vocabulary)
    {
        var cpu = new CpuBackend(1);
        var model = new Gpt(new Gpt.Config { Vocabulary = vocabulary, Context = 8, Layers = 1, Heads = 2, Width = 16 }, new Init(cpu, 3));
        Views views = new TokenWindows(cpu, Text, 8, 600, seed: 5).Draw(0);
        (double Loss, float[] Slopes, long Bytes) Of(Func<Tensor> loss)
        {
            using var step = new Step(cpu, training: true);
            foreach ((_, Tensor parameter) in model.NamedParameters()) parameter.ResetGradient();
            Tensor value = loss();
            long bytes = cpu.PoolBytesInUse;
            value.Backward();
            return (value.Item(), [.. model.NamedParameters().SelectMany(entry => entry.Tensor.Gradient.ToArray())], bytes);
        }
        var plain = Of(() => model.Logits(views.Indices[0]).CrossEntropy(views.Indices[1]));
        var ours = Of(() => new NextToken(model).Loss(views));
        Assert.Equal(plain.Loss, ours.Loss, 1e-5);
        Assert.All(plain.Slopes.Zip(ours.Slopes), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        if (vocabulary > 2000) Assert.True(plain.Bytes - ours.Bytes > 0.9 * 4 * 8 * 600 * vocabulary, $"{plain.Bytes} and {ours.Bytes} bytes");
    }

    sealed class Poisoned(CpuBackend cpu, int from) : Objective
    {
        readonly Tensor _good = Tensor.Full(cpu, [4], 1f).RequireGradient(), _bad = Tensor.Full(cpu, [4], 1f).RequireGradient();
        readonly Tensor _seen = Tensor.Zeros(cpu, [1]);         // a running statistic, moved by the forward pass
        int _calls;
        public Tensor Bad => _bad;
        public Tensor Seen => _seen;
        public override IReadOnlyList<Part> Parts => [new("good", _good), new("bad", _bad), new("seen", _seen)];
        public override Tensor Loss(Views views)
        {
            cpu.Fill(_seen, _calls + 1);
            return (_good.Square() + (_calls++ < from ? _bad : _bad * float.NaN)).Sum();
        }
    }

    sealed class Nothing : IViewSource
    {
        public long? DrawsPerEpoch => null;
        public Views Draw(long draw) => new();
        public IEnumerable<Views> Everything() => [];
    }
}
