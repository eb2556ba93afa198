namespace NativeSsl.Tests.Objectives;

/// <summary>What a step depends on besides the parameters, and what a run must find again in its checkpoint.</summary>
public sealed class StateOfRunsTests
{
    static readonly CpuBackend Cpu = new(1);

    static Trainer New(Objective objective, IViewSource data, ulong seed = 1, IViewSource? validation = null) =>
        new(objective, data, new TrainerOptions
        {
            Steps = 12, Seed = seed, Validation = validation, CheckpointInterval = 5,
            Players = new Dictionary<string, Player> { ["main"] = new(p => new AdamW(p), new Constant(0.1)) },
        });

    /// <summary>Remembers which of its 64 parameters dropout left.</summary>
    sealed class Dropping : Objective
    {
        readonly Tensor _weight = Tensor.Full(Cpu, [64], 1f).RequireGradient();
        public List<string> Masks { get; } = [];
        public override IReadOnlyList<Part> Parts => [new("weight", _weight)];
        public override Tensor Loss(Views views)
        {
            Tensor kept = _weight.Dropout(0.5f);
            Masks.Add(string.Concat(kept.ToArray().Select(v => v == 0f ? '0' : '1')));
            return kept.Sum();
        }
    }

    /// <summary>Nothing to look at, four draws an epoch; as many validation batches as asked for, of so many terms each.</summary>
    sealed class Numbered(params int[] terms) : IViewSource
    {
        public long? DrawsPerEpoch => 4;
        public Views Draw(long draw) => new();
        public IEnumerable<Views> Everything() =>
            terms.Select(count => new Views { Tensors = [Tensor.Full(Cpu, [1], count)], Terms = count });
    }

    [Fact]
    public void Dropout_depends_on_the_step_and_on_the_seed_of_the_run()
    {
        List<string> Masks(ulong seed)
        {
            var objective = new Dropping();
            Trainer trainer = New(objective, new Numbered(), seed);
            for (int step = 0; step < 5; step++) trainer.Step();
            return objective.Masks;
        }
        Assert.Equal(Masks(1), Masks(1));
        Assert.Equal(10, Masks(1).Concat(Masks(2)).Distinct().Count());
    }

    sealed class SizeOfBatch : Objective
    {
        readonly Tensor _weight = Tensor.Full(Cpu, [1], 1f).RequireGradient();
        public override IReadOnlyList<Part> Parts => [new("weight", _weight)];
        public override Tensor Loss(Views views) => (_weight * views.Tensors[0]).Sum();
    }

    [Fact]
    public void Validation_weighs_a_short_last_batch_by_its_length() =>
        Assert.Equal((8 * 8 + 8 * 8 + 1 * 1) / 17.0, New(new SizeOfBatch(), new Numbered(), validation: new Numbered(8, 8, 1)).Validate(), 1e-12);

    /// <summary>Every epoch its head begins anew at a value that it draws from a state of its own.</summary>
    sealed class Redrawn : Objective
    {
        readonly Tensor _body = Tensor.Full(Cpu, [3], 1f).RequireGradient(), _head = Tensor.Full(Cpu, [3], 1f).RequireGradient();
        long _state = 17;
        public override IReadOnlyList<Part> Parts => [new("body", _body), new("head", _head)];
        public override IReadOnlyList<ParameterGroup> ParameterGroups(float weightDecay) =>
            [new("body", [("body", _body)]), new("head", [("head", _head)])];
        public override IReadOnlyList<string> BeforeEpoch(IViewSource data, Progress progress)
        {
            _state = _state * 31 % 101;
            Cpu.Fill(_head, _state / 101f);
            return ["head"];
        }
        public override Tensor Loss(Views views) => ((_body + _head).Square() * views.Tensors[0]).Sum() + (_head * (_state / 101f)).Sum();
        public override void Save(CheckpointWriter checkpoint) => checkpoint.Add("state", _state);
        public override void Load(CheckpointReader checkpoint) => _state = checkpoint.Numbers("state")[0];
    }

    /// <summary>What it draws next depends on what it drew before.</summary>
    sealed class Walking : IViewSource
    {
        long _place = 5;
        public long? DrawsPerEpoch => 4;
        public Views Draw(long draw)
        {
            _place = _place * 29 % 97;
            return new Views { Tensors = [Tensor.Full(Cpu, [1], _place / 97f)] };
        }
        public IEnumerable<Views> Everything() => [];
        public void Save(CheckpointWriter checkpoint) => checkpoint.Add("place", _place);
        public void Load(CheckpointReader checkpoint) => _place = checkpoint.Numbers("place")[0];
    }

    // Epochs begin at steps 0, 4 and 8; the process ends inside of one, at the end of one, and a step after its beginning.
    [Theory, InlineData(6), InlineData(8), InlineData(9)]
    public void State_of_objective_data_and_optimizer_is_that_of_an_uninterrupted_run(int split)
    {
        using Scratch scratch = new();
        Train("parts", split);
        Assert.Equal(Train("whole", 12), Train("parts", 12));

        byte[] Train(string name, int until)
        {
            string folder = scratch.File(name);
            using RunDirectory run = Directory.Exists(folder) ? RunDirectory.Open(folder) : RunDirectory.Create(folder, new TextRecipe());
            Trainer trainer = New(new Redrawn(), new Walking());
            if (RunDirectory.Latest(folder) is { } checkpoint) trainer.Load(checkpoint.Path);
            using var stop = new CancellationTokenSource();
            trainer.Run(run, new Reports(report => { if (report.Step == until) stop.Cancel(); }), stop.Token);
            return File.ReadAllBytes(RunDirectory.Latest(folder)!.Path);
        }
    }

    [Theory, InlineData(1, "0 4 8"), InlineData(2, "0 2 4 6 8 10"), InlineData(4, "0 1 2 3 4 5 6 7 8 9 10 11")]
    public void An_epoch_is_counted_in_draws(int microBatches, string beginnings)
    {
        var objective = new Epochs();
        var trainer = new Trainer(objective, new Walking(), new TrainerOptions
        {
            Steps = 12, MicroBatches = microBatches, Players = new Dictionary<string, Player> { ["main"] = new(p => new Sgd(p), new Constant(0.1)) },
        });
        for (int step = 0; step < 12; step++) trainer.Step();
        Assert.Equal(beginnings, string.Join(' ', objective.Beginnings));
    }

    sealed class Epochs : Objective
    {
        readonly Tensor _weight = Tensor.Full(Cpu, [1], 1f).RequireGradient();
        public List<long> Beginnings { get; } = [];
        public override IReadOnlyList<Part> Parts => [new("weight", _weight)];
        public override Tensor Loss(Views views) => _weight.Square().Sum();
        public override IReadOnlyList<string> BeforeEpoch(IViewSource data, Progress progress)
        {
            Beginnings.Add(progress.Step);
            return [];
        }
    }

    sealed class Reports(Action<TrainingReport> action) : IProgress<TrainingReport>
    {
        public void Report(TrainingReport value) => action(value);
    }
}
