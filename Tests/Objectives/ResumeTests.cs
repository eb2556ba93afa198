using static NativeSsl.Tests.Objectives.SmallRun;

namespace NativeSsl.Tests.Objectives;

public sealed class ResumeTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory, InlineData(1), InlineData(2)]
    public void Interrupted_and_resumed_is_uninterrupted_at_ten_places(int threads)
    {
        using (RunDirectory run = RunDirectory.Create(_scratch.File("whole"), new TextRecipe())) Assert.True(New().Run(run));
        string expected = Hash(_scratch.File("whole"));
        for (int split = 1; split <= 10; split++)
        {
            string folder = _scratch.File($"split {split}");
            using (RunDirectory run = RunDirectory.Create(folder, new TextRecipe()))
            {
                using var stop = new CancellationTokenSource();
                Assert.False(New(threads).Run(run, new Reports(report => { if (report.Step == split) stop.Cancel(); }), stop.Token));
            }
            using (RunDirectory run = RunDirectory.Open(folder))
            {
                Trainer trainer = New(threads);
                trainer.Load(RunDirectory.Latest(folder)!.Path);
                Assert.Equal(split, trainer.StepsDone);
                Assert.True(trainer.Run(run));
            }
            Assert.Equal(expected, Hash(folder));
        }
    }

    [Fact]
    public void A_run_that_breaks_off_goes_on_from_its_latest_interval_and_ends_as_if_nothing_had_been()
    {
        using (RunDirectory run = RunDirectory.Create(_scratch.File("whole"), new TextRecipe())) New().Run(run);
        using (RunDirectory run = RunDirectory.Create(_scratch.File("broken"), new TextRecipe()))
            Assert.Throws<TimeoutException>(() => New().Run(run, new Reports(report => { if (report.Step == 7) throw new TimeoutException(); })));
        Assert.Equal(5, RunDirectory.Latest(_scratch.File("broken"))!.Step);
        Assert.Equal(7, MetricsLog.Read(Path.Combine(_scratch.File("broken"), "metrics.jsonl"))[^1].Step);
        using (RunDirectory run = RunDirectory.Open(_scratch.File("broken")))
        {
            Trainer trainer = New();
            trainer.Load(RunDirectory.Latest(_scratch.File("broken"))!.Path);
            trainer.Run(run);
        }
        Assert.Equal(Hash(_scratch.File("whole")), Hash(_scratch.File("broken")));
    }

    [Fact]
    public void A_complete_run_that_is_resumed_stays_as_it_is()
    {
        using (RunDirectory run = RunDirectory.Create(_scratch.File("whole"), new TextRecipe())) New().Run(run);
        string before = Hash(_scratch.File("whole"));
        using (RunDirectory run = RunDirectory.Open(_scratch.File("whole")))
        {
            Trainer trainer = New();
            trainer.Load(RunDirectory.Latest(_scratch.File("whole"))!.Path);
            Assert.True(trainer.Run(run));
        }
        Assert.Equal(before, Hash(_scratch.File("whole")));
    }

    [Fact]
    public void Interrupted_and_resumed_in_other_processes_is_uninterrupted()
    {
        Assert.Equal(Steps, Train("whole", threads: 1, until: Steps));
        Assert.Equal(7, Train("parts", threads: 2, until: 7));
        Assert.Equal(9, Train("parts", threads: 1, until: 9));
        Assert.Equal(Steps, Train("parts", threads: 2, until: Steps));
        Assert.Equal(Hash(_scratch.File("whole")), Hash(_scratch.File("parts")));

        long Train(string name, int threads, long until)
        {
            OwnProcess.Output("train", _scratch.File(name), $"{threads}", $"{until}");
            return RunDirectory.Latest(_scratch.File(name))!.Step;
        }
    }
}
