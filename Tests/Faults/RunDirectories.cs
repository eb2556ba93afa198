namespace NativeSsl.Tests;

public sealed class RunDirectories
{
    static SafetensorsItem[] Weights(float value) => [SafetensorsItem.From("weight", [3], new[] { value, value, value })];

    [Fact]
    public void The_newest_checkpoints_and_the_best_are_kept()
    {
        using Scratch scratch = new();
        using RunDirectory run = RunDirectory.Create(scratch.File("run"), new TextRecipe());
        double[] losses = [3, 1, 2, 4, 5];
        for (int i = 0; i < losses.Length; i++) run.Save((i + 1) * 10, Weights(i), validationLoss: losses[i]);
        Assert.Equal([50, 40, 20], RunDirectory.Checkpoints(run.Path).Select(checkpoint => checkpoint.Step));
        Assert.Equal(20, RunDirectory.Best(run.Path)!.Step);
        Assert.Equal(50, RunDirectory.Latest(run.Path)!.Step);
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_and_does_not_push_out_a_good_one()
    {
        using Scratch scratch = new();
        using RunDirectory run = RunDirectory.Create(scratch.File("run"), new TextRecipe());
        run.Save(10, Weights(1));
        run.Save(20, Weights(2));
        Checkpoint last = run.Save(30, Weights(3));
        byte[] bytes = File.ReadAllBytes(last.Path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(last.Path, bytes);
        List<MalformedFileException> unreadable = [];
        Assert.Equal(20, RunDirectory.Latest(run.Path, unreadable.Add)!.Step);
        Assert.Contains("step-30.safetensors", Assert.Single(unreadable).Message);
        run.Save(25, Weights(2.5f));
        Assert.Equal([30, 25, 20], RunDirectory.Checkpoints(run.Path).Select(checkpoint => checkpoint.Step));
        Assert.Equal(25, RunDirectory.Latest(run.Path)!.Step);
    }

    [Fact]
    public void A_second_one_at_work_is_refused_and_a_stale_lock_is_not()
    {
        using Scratch scratch = new();
        string folder = scratch.File("run");
        using (RunDirectory.Create(folder, new TextRecipe()))
            Assert.Contains($"process {Environment.ProcessId}", Assert.Throws<RunLockedException>(() => RunDirectory.Open(folder)).Message);
        // of a process that was killed; the one of this number today is another
        File.WriteAllText(Path.Combine(folder, "run.pid"), "1");
        using RunDirectory run = RunDirectory.Open(folder);
        Assert.Equal(new TextRecipe(), run.Recipe);
        Assert.Null(RunDirectory.Latest(folder));
    }

    [Fact]
    public void A_run_is_not_begun_twice_nor_resumed_from_nothing()
    {
        using Scratch scratch = new();
        RunDirectory.Create(scratch.File("run"), new TextRecipe()).Dispose();
        Assert.Contains("a run already",
            Assert.Throws<NativeSslException>(() => RunDirectory.Create(scratch.File("run"), new TextRecipe())).Message);
        RunDirectory.Open(scratch.File("run")).Dispose();
        Assert.Contains("recipe.json", Assert.Throws<MalformedFileException>(() => RunDirectory.Open(scratch.File("nothing"))).Message);
        Assert.Throws<NativeSslException>(() => RunDirectory.Create(scratch.File("other"), new TextRecipe { Steps = 0 }));
        Assert.False(Directory.Exists(scratch.File("other")));
    }
}
