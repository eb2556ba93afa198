namespace NativeSsl.Tests.Objectives;

/// <summary>Numbers of an objective that follow a schedule: said before each step, and after a checkpoint as they were in the step before it.</summary>
public sealed class ScheduledNumberTests : IDisposable
{
    static readonly CpuBackend Cpu = new(1);
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>A point on its way to a goal that moves by a schedule.</summary>
    sealed class Chase : Objective
    {
        readonly Linear _map = new(new Init(Cpu, 1), 2, 2, bias: true);

        public ScheduledNumber Goal { get; } = new(Cpu, new LinearDecay(5, 1, 4));
        public List<float> Seen { get; } = [];

        public override IReadOnlyList<Part> Parts => [new("map", _map)];
        public override IReadOnlyList<ScheduledNumber> Numbers => [Goal];
        public override void AfterStep(Progress progress) => Seen.Add(-Goal.Value.Item());

        public override Tensor Loss(Views views)
        {
            Seen.Add(Goal.Value.Item());
            return (_map.Forward(views.Tensors[0]) - Goal.Value).Square().Mean();
        }
    }

    sealed class One : IViewSource
    {
        public Views Draw(long draw) => new() { Tensors = [Tensor.From(Cpu, [1, 2], 1f, 2f)] };
        public IEnumerable<Views> Everything() => [Draw(0)];
        public long? DrawsPerEpoch => null;
    }

    static Trainer Training(Chase chase) => new(chase, new One(), new TrainerOptions
    {
        Steps = 6, HealthInterval = 0, Validation = new One(), CheckpointInterval = 3,
        Players = new Dictionary<string, Player> { ["main"] = new(parameters => new Sgd(parameters), new Constant(0.01)) },
    });

    [Fact]
    public void Each_step_has_its_own_and_validation_that_of_the_step_before()
    {
        Chase chase = new();
        using Trainer trainer = Training(chase);
        Assert.Equal(5f, chase.Goal.Value.Item());                          // before the first
        for (int i = 0; i < 3; i++) trainer.Step();
        double validation = trainer.Validate();
        Assert.Equal([5f, -5f, 4f, -4f, 3f, -3f, 3f], chase.Seen);

        using RunDirectory run = RunDirectory.Create(_scratch.File("run"), new TextRecipe());
        using var stop = new CancellationTokenSource();
        Chase stopped = new(), resumed = new();
        Training(stopped).Run(run, new SmallRun.Reports(report => { if (report.Step == 3) stop.Cancel(); }), stop.Token);
        using Trainer other = Training(resumed);
        other.Load(RunDirectory.Latest(run.Path)!.Path);
        Assert.Equal(validation, other.Validate());
        other.Step();
        Assert.Equal([3f, 2f, -2f], resumed.Seen);
    }

    // A second trainer takes an objective's numbers into its own block; the first still says them, and its own.
    [Fact]
    public void Two_trainers_may_share_an_objective()
    {
        Chase chase = new();
        using Trainer first = Training(chase), second = Training(chase);
        first.Step();
        first.Step();
        second.Step();
        first.Step();
        Assert.Equal([5f, -5f, 4f, -4f, 5f, -5f, 3f, -3f], chase.Seen);
    }
}
