using System.Text.Json;
using NativeSsl.Cli;
using static NativeSsl.Tests.Cli.Console;

namespace NativeSsl.Tests.Cli;

/// <summary>A short run, for the commands that look at one.</summary>
public sealed class FinishedRun : IDisposable
{
    readonly Scratch _scratch = new();

    /// <summary>Its directory.</summary>
    public string Path => _scratch.File("run");

    public FinishedRun()
    {
        using var console = new Console();
        Assert.Equal(0, console.Run("pretrain", "--recipe", "smoke", "--run", Path));
    }

    public void Dispose() => _scratch.Dispose();
}

/// <summary>Options do what they say.</summary>
public sealed class OptionsTests(FinishedRun finished) : IClassFixture<FinishedRun>, IDisposable
{
    readonly Scratch _scratch = new();
    string RunPath => _scratch.File("run");

    public void Dispose() => _scratch.Dispose();

    string Written(params string[] options) => Ok(["generate", "--run", finished.Path, "--prompt", "The", "--tokens", "60", .. options]);

    [Fact]
    public void Generation_follows_temperature_top_k_top_p_and_seed()
    {
        string likeliest = Written("--temperature", "0");
        Assert.Equal(likeliest, Written("--temperature", "0", "--seed", "5"));
        Assert.NotEqual(likeliest, Written());
        Assert.Equal(likeliest, Written("--top-k", "1"));
        Assert.Equal(likeliest, Written("--top-p", "0.000001"));
        Assert.Equal(Written(), Written("--temperature", "0.8", "--seed", "0"));
        Assert.NotEqual(Written(), Written("--seed", "5"));
        using JsonDocument json = JsonDocument.Parse(Written("--json"));
        Assert.Equal(Written(), json.RootElement.GetProperty("prompt").GetString() + json.RootElement.GetProperty("text").GetString() + "\n");
    }

    [Fact]
    public void Generation_stops_when_asked_to()
    {
        using var console = new Console();
        using var stop = new Stop();
        stop.Request(ExitCode.Interrupted);
        Assert.Equal(130, console.Run(stop, "generate", "--run", finished.Path, "--prompt", "The", "--tokens", "300"));
        Assert.StartsWith("The", console.Out, StringComparison.Ordinal);
        Assert.InRange(console.Out.Length, 3, 5);
    }

    [Fact]
    public void A_dry_run_of_generate_or_evaluate_writes_nothing()
    {
        Assert.Equal("", Written("--dry-run"));
        Assert.Equal("", Ok("evaluate", "--run", finished.Path, "--dry-run"));
        Assert.Empty(Directory.GetFiles(finished.Path, "evaluation*"));
    }

    [Fact]
    public void A_dry_run_of_resume_takes_no_step()
    {
        Interrupted("pretrain", "--recipe", "smoke", "--run", RunPath);
        using var console = new Console();
        Assert.Equal(0, console.Run("resume", "--run", RunPath, "--dry-run"));
        Assert.Contains("from step 0 of 20", console.Error, StringComparison.Ordinal);
        Assert.Equal(0, RunDirectory.Latest(RunPath)!.Step);
    }

    [Fact]
    public void What_the_command_line_says_stands_in_the_recipe_of_the_run()
    {
        string text = _scratch.File("own.txt");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("All work and no play. ", 40)));
        Interrupted("pretrain", "--recipe", "smoke", "--run", RunPath, "--data", text, "--seed", "7", "--steps", "10");
        Recipe recipe = Recipe.Load(Path.Combine(RunPath, "recipe.json"));
        Assert.Equal((text, 7, 10, 1), (recipe.Data, recipe.Seed, recipe.Steps, recipe.WarmUp));

        // The same characters in another order: its tokenizer fits, but it is another text.
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("No work and all play. ", 40)).Replace('N', 'A'));
        using var console = new Console();
        Assert.Equal(2, console.Run("resume", "--run", RunPath));
        Assert.Contains("another recipe", console.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_checkpoint_is_evaluated_not_the_newest()
    {
        Ok("pretrain", "--recipe", "smoke", "--run", RunPath);
        string before = Ok("evaluate", "--run", RunPath, "--json");
        using (RunDirectory run = RunDirectory.Open(RunPath))
        using (SafetensorsFile file = SafetensorsFile.Open(RunDirectory.Latest(RunPath)!.Path))
            run.Save(30, [.. file.Entries.Where(entry => entry.IsFloating)
                .Select(entry => SafetensorsItem.From(entry.Name, Tensor.Zeros(CpuBackend.Default, entry.Shape)))], validationLoss: 99);
        Assert.Equal(30, RunDirectory.Latest(RunPath)!.Step);
        Assert.Equal(before, Ok("evaluate", "--run", RunPath, "--json"));
    }

    static void Interrupted(params string[] args)
    {
        using var console = new Console();
        using var stop = new Stop();
        stop.Request(ExitCode.Interrupted);
        Assert.Equal(130, console.Run(stop, args));
    }
}
