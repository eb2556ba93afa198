using static NativeSsl.Tests.Objectives.Images.SmallImages;

namespace NativeSsl.Tests.Objectives.Images;

/// <summary>Runs that are broken on purpose, each in one way; the doctor names it.</summary>
public sealed class DoctorTests
{
    static OneLayer Encoder(bool blind = false) => new OneLayer(new Init(Cpu, 3), blind);

    [Fact]
    public void Nothing_is_said_of_a_healthy_run() => Assert.Empty(Warnings(Train(new SimClr(Encoder(), Head()))));

    [Fact]
    public void A_learning_rate_a_thousand_times_too_high_is_named_at_the_first_steps()
    {
        (long step, string said) = Warnings(Train(new SimClr(Encoder(), Head()), learningRate: 3))[0];
        Assert.InRange(step, 1, 4);
        Assert.Contains("the learning rate, ", said, StringComparison.Ordinal);
        Assert.Contains("too high", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_negatives_the_projections_are_all_equal()
    {
        string said = Warnings(Train(new Altered(Encoder(), Head(), Altered.OnlyPositives), learningRate: 0.03))[0].Said;
        Assert.StartsWith("All projections are equal", said, StringComparison.Ordinal);
        Assert.Contains("negatives", said, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoder_that_sees_nothing_makes_equal_features()
    {
        (long step, string said) = Warnings(Train(new SimClr(Encoder(blind: true), Head())))[0];
        Assert.StartsWith("All features are equal: their spread is ", said, StringComparison.Ordinal);
        Assert.Equal(100, step);
    }

    [Fact]
    public void A_temperature_of_a_thousandth_makes_it_sure_of_what_is_wrong()
    {
        (long step, string said) = Warnings(Train(new SimClr(Encoder(), Head(), 0.001f)))[0];
        Assert.Equal(1, step);
        Assert.Contains("sure of what is wrong. The temperature is too low", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Projections_in_one_direction_are_a_dimensional_collapse()
    {
        string[] said = [.. Warnings(Train(new Altered(Encoder(), Head(), z => SimClr.NtXent(z, 0.5f), Altered.OneDirection), data: new Pictures(batch: 32))).Select(warning => warning.Said)];
        Assert.Contains(said, sentence => sentence.StartsWith("The rank of the projections is 1.0 of 16: a dimensional collapse", StringComparison.Ordinal));
    }

    [Fact]
    public void A_loss_on_its_chance_constant_is_said_once()
    {
        var doctor = new Doctor(patience: 100);
        string?[] said = [.. Enumerable.Range(0, 300).Select(step => doctor.Look(step, 4.17, Math.Log(65), 1e-3, health: null))];
        Assert.Equal(1, said.Count(sentence => sentence is not null));
        Assert.Contains("4.1744", said[100], StringComparison.Ordinal);
        var other = new Doctor(0);
        Assert.All(Enumerable.Range(0, 300).Select(step => other.Look(step, 3.5, Math.Log(65), 1e-3, health: null)), Assert.Null);
    }

    [Fact]
    public void A_loss_that_stays_far_above_its_chance_constant_is_said_once()
    {
        var doctor = new Doctor(patience: 100);
        string?[] said = [.. Enumerable.Range(1, 300).Select(step => doctor.Look(step, step == 1 ? 6 : 8, 4, 1e-3, health: null))];
        Assert.Equal(1, said.Count(sentence => sentence is not null));
        Assert.Contains("average 8.0000, far above 4.0000", said[99], StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_measured_and_said_stands_in_the_diary_and_the_run_can_stop_for_it()
    {
        using Scratch scratch = new();
        var options = new TrainerOptions
        {
            Steps = 400, HealthInterval = 20, StopWhenFailing = true, CheckpointInterval = 1000,
            Players = new Dictionary<string, Player> { ["main"] = new(p => new AdamW(p), new Constant(1e-3)) },
        };
        using RunDirectory run = RunDirectory.Create(scratch.File("run"), new TextRecipe());
        var trainer = new Trainer(new SimClr(Encoder(blind: true), Head()), new Pictures(), options);
        Assert.StartsWith("Step 100: All features are equal", Assert.Throws<FailingRunException>(() => trainer.Run(run)).Message, StringComparison.Ordinal);
        Assert.Equal(100, RunDirectory.Latest(run.Path)!.Step);
        IReadOnlyList<MetricsLine> lines = MetricsLog.Read(run.MetricsPath);
        Assert.Equal([1, 2, 4, 8, 16, 20, 40, 60, 80, 100], lines.Where(line => line.Values.ContainsKey("updateRatio")).Select(line => line.Step));
        Assert.StartsWith("All features", lines[^1].Warning, StringComparison.Ordinal);
        Assert.All(lines.SkipLast(1), line => Assert.Null(line.Warning));
        Assert.Equal(0, lines[^1].Values["featuresSpread"], 1e-6);
        Assert.Equal(1, lines[^1].Values["featuresRank"], 1e-3);
        Assert.Equal(0, lines[^1].Values["overChance"], 1e-5);
        Assert.Equal(0, lines[0].Values["updateRatio"]);        // no gradient comes through the batch norm of the head
    }
}
