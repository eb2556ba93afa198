using System.Text.Json;
using NativeSsl.Cli;
using static NativeSsl.Tests.Cli.Console;

namespace NativeSsl.Tests.Cli;

/// <summary>A run of seconds through every command.</summary>
public sealed class TrainingTests : IDisposable
{
    readonly Scratch _scratch = new();
    string RunPath => _scratch.File("run");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Pretrain_evaluate_generate_and_list()
    {
        using JsonDocument result = JsonDocument.Parse(Ok("pretrain", "--recipe", "smoke", "--run", RunPath, "--json"));
        Assert.Equal(20, result.RootElement.GetProperty("steps").GetInt32());
        double loss = Loss(result.RootElement.GetProperty("result"), "this model");
        Assert.True(loss < Loss(result.RootElement.GetProperty("result"), "untrained"));

        using JsonDocument evaluation = JsonDocument.Parse(Ok("evaluate", "--run", RunPath, "--json"));
        Assert.Equal(loss, Loss(evaluation.RootElement, "this model"), 6);
        Assert.True(Loss(evaluation.RootElement, "bigram counts") < Loss(evaluation.RootElement, "unigram counts"));
        Assert.Contains("| unigram counts |", File.ReadAllText(Path.Combine(RunPath, "evaluation.md")), StringComparison.Ordinal);

        string[] generate = ["generate", "--run", RunPath, "--prompt", "The", "--tokens", "20", "--seed", "5"];
        Assert.Equal(Ok(generate), Ok(generate));
        Assert.Equal(3 + 20 + 1, Ok(generate).Length);
        Assert.Contains($"{RunPath}\t20\t20", Ok("list", "--runs", _scratch.Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_run_exits_130_and_ends_as_if_it_had_not_been()
    {
        Ok("pretrain", "--recipe", "smoke", "--run", RunPath + "2");
        using var console = new Console();
        using var stop = new Stop();
        stop.Request(ExitCode.Interrupted);
        Assert.Equal(130, console.Run(stop, "pretrain", "--recipe", "smoke", "--run", RunPath));
        Assert.Contains("nativessl resume", console.Error, StringComparison.Ordinal);
        Ok("resume", "--run", RunPath);
        Assert.Equal(Weights(RunPath + "2"), Weights(RunPath));
    }

    [Fact]
    public void A_run_says_how_its_steps_were_replayed_if_that_was_asked_for()
    {
        Ok("pretrain", "--recipe", "smoke", "--run", RunPath + "2");
        using var console = new Console();
        using var stop = new Stop();
        stop.Request(ExitCode.Interrupted);
        Assert.Equal(130, console.Run(stop, "pretrain", "--recipe", "smoke", "--run", RunPath, "--replay"));
        Assert.Equal(0, console.Run("resume", "--run", RunPath, "--replay"));
        Assert.Equal(2, console.ErrorLines.Count(line => line.Contains("steps: not replayed: on cpu", StringComparison.Ordinal)));
        Assert.Equal(Weights(RunPath + "2"), Weights(RunPath));
    }

    [Fact]
    public void A_run_that_diverges_exits_3_and_says_where()
    {
        string recipe = _scratch.File("hot.json");
        new TextRecipe { Layers = 1, Heads = 2, Width = 32, Context = 16, Batch = 4, Steps = 20, LearningRate = 100, FinalLearningRate = 100, WarmUp = 0, Clip = 0 }.Save(recipe);
        using var console = new Console();
        Assert.Equal(3, console.Run("pretrain", "--recipe", recipe, "--run", RunPath));
        Assert.Contains("Lower the learning rate", console.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_makes_no_run()
    {
        using JsonDocument estimate = JsonDocument.Parse(Ok("pretrain", "--recipe", "smoke", "--run", RunPath, "--dry-run", "--json"));
        Assert.True(estimate.RootElement.GetProperty("parameters").GetInt64() > 1000);
        Assert.False(Directory.Exists(RunPath));
    }

    [Theory]
    [InlineData("pretrain", "--recipe", "no such recipe")]
    [InlineData("pretrain", "--recipe", "smoke", "--device", "abacus")]
    [InlineData("pretrain", "--recipe", "smoke", "--data", "no/such/file.txt")]
    [InlineData("resume", "--run", "no/such/run")]
    [InlineData("evaluate", "--run", "no/such/run")]
    [InlineData("generate", "--run", "no/such/run", "--temperature", "-1")]
    public void Bad_input_exits_2_with_one_line(params string[] args)
    {
        using var console = new Console();
        Assert.Equal(2, console.Run(args));
        Assert.StartsWith("nativessl: ", console.ErrorLines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_recipe_of_the_program_is_right() =>
        Assert.Contains("nano-gpt\tnext-token\t4 layers of 128", Ok("list", "--runs", _scratch.Folder), StringComparison.Ordinal);

    static double Loss(JsonElement result, string model) => result.GetProperty(model).GetProperty("validationLoss").GetDouble();
}
