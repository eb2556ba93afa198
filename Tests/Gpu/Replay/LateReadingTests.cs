using NativeSsl.Kernels;
using NativeSsl.Tests.Objectives;
using static NativeSsl.Tests.Gpu.ReplayTasks;

namespace NativeSsl.Tests.Gpu;

/// <summary>A run whose steps are read while the next one is at work is the run whose steps are waited for.</summary>
public sealed class LateReadingTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static Trainer New(IBackend backend, Func<IBackend, (Objective, IViewSource)> task, bool replays, long healthInterval = 0) =>
        TenSteps.Training(task(backend), replays, healthInterval: healthInterval);

    static (long, double, double, double, double) Of(TrainingReport report) => (report.Step, report.Loss, report.GradientNorm, report.LearningRate, report.Flops);

    static List<(long, double, double, double, double)> Told(Trainer trainer)
    {
        List<(long, double, double, double, double)> told = [];
        trainer.Run(progress: new SmallRun.Reports(report => told.Add(Of(report))));
        return told;
    }

    public static TheoryData<string, long> Runs => new() { { "cpu", 0 }, { "cpu", 50 }, { "simulator", 50 } };

    [Theory, MemberData(nameof(Runs))]
    public void Every_step_is_told_once_and_in_order(string device, long healthInterval)
    {
        IBackend backend = device == "cpu" ? new CpuBackend(1) : Devices.Simulator;
        using Trainer one = New(backend, SmallGpt, replays: false, healthInterval), other = New(backend, SmallGpt, replays: true, healthInterval);
        Assert.Equal(Enumerable.Range(0, 10).Select(_ => Of(one.Step())), Told(other));
        Assert.Equal(10, other.StepsDone);
    }

    // Steps behind which something is validated (3, 6, 9) or saved (5, 10) are read at once.
    [Fact]
    public void Diary_and_checkpoints_are_those_of_a_run_that_waits()
    {
        string[] hashes = [.. new[] { false, true }.Select(replays =>
        {
            string folder = _scratch.File($"{replays}");
            using (RunDirectory run = RunDirectory.Create(folder, new TextRecipe())) SmallRun.New(replays: replays, validationInterval: 3).Run(run);
            return SmallRun.Hash(folder);
        })];
        Assert.Equal(hashes[0], hashes[1]);
    }

    // A run that learns nothing is seen to be stuck at step 100; that step is the last.
    [Fact]
    public void A_failing_run_that_is_to_stop_is_not_read_late()
    {
        var cpu = new CpuBackend(1);
        (Objective objective, IViewSource views) = SmallGpt(cpu);
        using var trainer = new Trainer(objective, views, new TrainerOptions
        {
            Steps = 200, StopWhenFailing = true, Replays = true, HealthInterval = 0,
            Players = new Dictionary<string, Player> { ["main"] = new(parameters => new AdamW(parameters), new Constant(0)) },
        });
        using RunDirectory run = RunDirectory.Create(_scratch.File("failing"), new TextRecipe());
        Assert.StartsWith("Step 100: ", Assert.Throws<FailingRunException>(() => trainer.Run(run)).Message, StringComparison.Ordinal);
        Assert.Equal((100L, 100L), (trainer.StepsDone, RunDirectory.Latest(run.Path)!.Step));
    }

    // The fourth batch has a NaN, the fifth has none: what it would have done is undone too.
    [Theory, InlineData("cpu"), InlineData("simulator")]
    public void What_diverges_is_named_and_undone_although_the_next_step_was_asked_for(string device)
    {
        IBackend backend = device == "cpu" ? new CpuBackend(1) : Devices.Simulator;
        (Objective, IViewSource) Spoilt(IBackend gpu, Objective objective) => (objective, new Points(gpu, spoiltDraw: 3));
        Objective expected = new Normed(backend), found = new Normed(backend);
        using Trainer one = New(backend, gpu => Spoilt(gpu, expected), replays: false), other = New(backend, gpu => Spoilt(gpu, found), replays: true);
        for (int i = 0; i < 3; i++) one.Step();
        List<long> told = [];
        DivergedException failure = Assert.Throws<DivergedException>(() => other.Run(progress: new SmallRun.Reports(report => told.Add(report.Step))));
        Assert.Contains("Step 4: the loss of main is NaN", failure.Message, StringComparison.Ordinal);
        Assert.Contains("that of norm.", failure.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], told);
        Assert.Equal(3, other.StepsDone);
        Assert.Equal(expected.NamedTensors().Select(entry => entry.Tensor.ToArray()), found.NamedTensors().Select(entry => entry.Tensor.ToArray()));
        Assert.Equal(failure.Message, Assert.Throws<DivergedException>(() => other.Step()).Message);
    }

    // A batch that cannot be drawn: the step before it has been taken, and is told.
    [Fact]
    public void A_step_that_was_taken_is_told_whatever_becomes_of_the_next()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        using Trainer trainer = New(gpu, _ => Learning(gpu, model => new NextToken(model), [1, 1, -1]), replays: true);
        List<long> told = [];
        Assert.Throws<IndexException>(() => trainer.Run(progress: new SmallRun.Reports(report => told.Add(report.Step))));
        Assert.Equal([1, 2], told);
        Assert.Equal(2, trainer.StepsDone);
    }

    [Fact]
    public void A_reading_is_of_when_it_was_asked_for()
    {
        using IReading reading = Devices.Simulator.NewReading(3);
        Tensor x = Tensor.From(Devices.Simulator, [2], 1f, 2f);
        reading.Ask(x);
        Devices.Simulator.Fill(x, 7f);
        Assert.Equal([1f, 2f], reading.Numbers());
        Assert.Throws<ShapeException>(() => reading.Ask(Tensor.Zeros(Devices.Simulator, [4])));
        using IRecorder recorder = Devices.Simulator.NewRecorder();
        Assert.Throws<NotReplayableException>(() => recorder.Record(() => reading.Ask(x)));
    }

    [OpenClTheory, InlineData(10)]
    public void Readings_of_OpenCL_are_in_its_order(int times)
    {
        using IReading reading = Devices.OpenCl.NewReading(1000);
        Tensor x = Tensor.Zeros(Devices.OpenCl, [1000]);
        for (int i = 1; i <= times; i++)
        {
            Devices.OpenCl.Fill(x, i);
            reading.Ask(x);
            Devices.OpenCl.Fill(x, -i);
            Assert.Equal([i], reading.Numbers().Distinct());
        }
    }
}
