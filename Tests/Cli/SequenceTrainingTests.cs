using System.Text.Json;
using NativeSsl.Cli;
using NativeSsl.Cli.Training;
using static NativeSsl.Tests.Cli.Console;

namespace NativeSsl.Tests.Cli;

/// <summary>A T5 of seconds through every command.</summary>
public sealed class SequenceTrainingTests : IDisposable
{
    readonly Scratch _scratch = new();
    string RunPath => _scratch.File("run");

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(5, 4, 90, 10, "no token better than counting")]
    [InlineData(3, 4, 20, 10, "it has learned the task")]
    [InlineData(3, 4, 10, 10, "no nearer to what people wrote than the text as it is (BLEU)")]
    public void A_verdict_asks_for_more_than_the_text_as_it_is(double own, double counts, double score, double control, string said) =>
        Assert.Contains(said, TextToTextReport.Of(own, counts, score, control, "text as it is", "BLEU"), StringComparison.Ordinal);

    [Fact]
    public void Spans_are_learned_evaluated_and_begun_with()
    {
        using JsonDocument result = JsonDocument.Parse(Ok("pretrain", "--recipe", "t5-smoke", "--run", RunPath, "--json"));
        JsonElement rows = result.RootElement.GetProperty("result");
        double loss = Number(rows, "this model", "targetLoss");
        Assert.True(loss < Number(rows, "untrained", "targetLoss") - 0.5);
        Assert.InRange(Number(rows, "word counts", "wordLoss"), 3, 5.5);
        Assert.Equal(Math.Exp(Number(rows, "this model", "wordLoss")), Number(rows, "this model", "perplexity"), 1e-9);
        using JsonDocument evaluation = JsonDocument.Parse(Ok("evaluate", "--run", RunPath, "--json"));
        Assert.Equal(loss, Number(evaluation.RootElement, "this model", "targetLoss"), 6);
        // The diary's loss of the whole set, weighed by targets, is this one.
        Assert.Equal(MetricsLog.Read(Path.Combine(RunPath, "metrics.jsonl"))[^1].Values["validationLoss"], loss, 5);
        JsonElement example = evaluation.RootElement.GetProperty("examples")[0];
        Assert.Contains("<1>", example.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.All(example.GetProperty("gaps").EnumerateArray(), gap => Assert.NotEqual("", gap.GetProperty("wanted").GetString()));
        string report = File.ReadAllText(Path.Combine(RunPath, "evaluation.md"));
        Assert.Contains("| word counts |", report, StringComparison.Ordinal);
        Assert.Contains("| gap | what it wrote | what stood there |", report, StringComparison.Ordinal);
        Assert.Contains("t5-gutenberg\tspan-corruption\t4 + 4 layers of 256", Ok("list", "--runs", _scratch.Folder), StringComparison.Ordinal);
        Refused("not one that rewrites texts", "rewrite", "a text", "--run", RunPath);
        Refused("not one that guesses words", "fill", "a ___", "--run", RunPath);
        Refused("has not learned to write", "generate", "--run", RunPath);

        // A run that begins with it has its tokens and, before the first step, its weights.
        TextToTextRecipe begun = TextToTextRun.Beginning(new TextToTextRecipe { Context = 64, Length = 48 }, RunPath);
        Assert.Equal((400, 32, 1), (begun.Vocabulary, begun.Width, begun.Layers));
        var backend = new CpuBackend(1);
        TextToTextRun from = TextToTextRun.New(begun, backend), scratch = TextToTextRun.New(begun with { From = "none" }, backend);
        using (var checkpoint = SafetensorsFile.Open((RunDirectory.Best(RunPath) ?? RunDirectory.Latest(RunPath))!.Path))
            foreach ((string name, Tensor tensor) in from.Objective.NamedTensors())
            {
                float[] stored = new float[tensor.Shape.Count];
                checkpoint.Read(name, stored);
                Assert.Equal(stored, tensor.ToArray());
            }
        Assert.Equal(File.ReadAllText(Path.Combine(RunPath, "tokenizer.json")).Trim(), from.Frame.Tokenizer.ToJson());
        Assert.NotEqual(from.Frame.Tokenizer.ToJson(), scratch.Frame.Tokenizer.ToJson());
    }

    [Fact]
    public void An_interrupted_run_of_spans_ends_as_if_it_had_not_been() => GoesOn("pretrain", "--recipe", "t5-smoke");

    [Fact]
    public void Texts_are_rewritten_a_line_each_and_a_run_goes_on_without_the_one_it_began_with()
    {
        string source = _scratch.File("source");
        Ok("pretrain", "--recipe", "t5-smoke", "--run", source, "--steps", "4");
        GoesOn(() => Directory.Delete(source, recursive: true), "pretrain", "--recipe", "rewrite-smoke", "--from", source);

        using JsonDocument evaluation = JsonDocument.Parse(Ok("evaluate", "--run", RunPath, "--json"));
        Assert.True(Number(evaluation.RootElement, "this model", "loss") < Number(evaluation.RootElement, "untrained", "loss") - 0.5);
        Assert.InRange(Number(evaluation.RootElement, "text as it is", "bleu"), 10, 90);
        Assert.Equal(0, Number(evaluation.RootElement, "text as it is", "exact"));
        Assert.Equal(4, evaluation.RootElement.GetProperty("beams").GetInt32());
        Assert.Contains("| text | what it wrote | what a person wrote |", File.ReadAllText(Path.Combine(RunPath, "evaluation.md")), StringComparison.Ordinal);

        string[] texts = ["the ferry was late", "the mail came in the morning and the lamps were lit"];
        string[] apart = [.. texts.Select(text => Ok("rewrite", text, "--run", RunPath, "--beams", "2", "--length", "6").TrimEnd('\n'))];
        Assert.Equal($"{apart[0]}\n{apart[1]}\n", Ok("rewrite", texts[0], texts[1], "--run", RunPath, "--beams", "2", "--length", "6"));
        Assert.Equal($"{apart[1]}\n\n{apart[0]}\n", Piped($"{texts[1]}\n\n{texts[0]}\n", "rewrite", "--run", RunPath, "--beams", "2", "--length", "6"));
        using JsonDocument json = JsonDocument.Parse(Ok("rewrite", texts[0], "--run", RunPath, "--beams", "2", "--length", "6", "--json"));
        Assert.Equal((texts[0], apart[0]), (json.RootElement[0].GetProperty("text").GetString(), json.RootElement[0].GetProperty("written").GetString()));
        using (var console = new Console())
        {
            Assert.Equal(2, console.Run("rewrite", "a", "--run", RunPath, "--beams", "0"));
            Assert.Contains("--beams is 0; at least 1 is needed", console.Error, StringComparison.Ordinal);
        }
        Refused("not one that guesses words", "fill", "a ___", "--run", RunPath);
    }

    [Fact]
    public void Copying_is_learned_until_every_text_of_another_part_is_right()
    {
        var random = new RandomSource(4, 4);
        string[] words = [.. Enumerable.Range(0, 3000).Select(_ => string.Concat(Enumerable.Range(0, 2 + random.NextInt(3)).Select(_ => (char)('a' + random.NextInt(8)))))];
        File.WriteAllLines(_scratch.File("copies.tsv"), words.Distinct(StringComparer.Ordinal).Select(word => $"{word}\t{word}"));
        string recipe = _scratch.File("copy.json");
        new TextToTextRecipe
        {
            Data = _scratch.File("copies.tsv"), Prefix = "c", Tokenizer = "character", Sentinels = 1, Layers = 1, Heads = 2, Width = 32, HeadWidth = 16, Hidden = 64, Dropout = 0,
            Context = 8, Length = 8, Batch = 32, Steps = 600, WarmUp = 30, LearningRate = 2e-2, FinalLearningRate = 2e-3, Beta2 = 0.99, EvaluationInterval = 0, CheckpointInterval = 0,
        }.Save(recipe);
        string[] pretrain = ["pretrain", "--recipe", recipe, "--json"];
        using JsonDocument one = JsonDocument.Parse(Ok([.. pretrain, "--steps", "1", "--run", RunPath + "1"]));
        using JsonDocument all = JsonDocument.Parse(Ok([.. pretrain, "--run", RunPath]));
        double before = Number(one.RootElement.GetProperty("result"), "this model", "exact"), after = Number(all.RootElement.GetProperty("result"), "this model", "exact");
        Assert.True(before <= 5 && after >= 97, $"{before:F1} % exact after a step, {after:F1} % after all");
        Assert.Equal("abca\nhh\n", Ok("rewrite", "abca", "hh", "--run", RunPath));
        string once = Ok("rewrite", "abca", "--run", RunPath, "--no-repeat", "1").TrimEnd();
        Assert.True(once.StartsWith("abc", StringComparison.Ordinal) && once.Distinct().Count() == once.Length, once);
    }

    [Fact]
    public void Summaries_are_judged_beside_the_first_sentence()
    {
        Directory.CreateDirectory(_scratch.File("papers"));
        foreach ((string file, int first, int count) in new[] { ("train.jsonl", 0, 40), ("dev.jsonl", 40, 8) })
            File.WriteAllLines(_scratch.File($"papers/{file}"), Enumerable.Range(first, count).Select(i =>
                $$"""{"source": ["We study harbour {{i}}.", "It is wide."], "source_labels": [1, 0], "rouge_scores": [1, 0], "paper_id": "p{{i}}", "target": ["We study harbour {{i}}.", "On harbour {{i}}."], "title": "t"}"""));
        string recipe = _scratch.File("papers.json");
        new TextToTextRecipe
        {
            Data = _scratch.File("papers"), Format = "papers", Judge = "rouge", Prefix = "summarise: ", Tokenizer = "byte", Layers = 1, Heads = 2, Width = 16, HeadWidth = 8, Hidden = 32,
            Context = 48, Length = 32, Batch = 8, Steps = 4, WarmUp = 1, EvaluationInterval = 0, CheckpointInterval = 0,
        }.Save(recipe);
        using JsonDocument result = JsonDocument.Parse(Ok("pretrain", "--recipe", recipe, "--run", RunPath, "--json"));
        JsonElement rows = result.RootElement.GetProperty("result");
        Assert.Equal([100, 100, 100, 100], new[] { "rouge1", "rouge2", "rougeL", "exact" }.Select(name => Number(rows, "first sentence", name)), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(8, rows.GetProperty("texts").GetInt32());
        Assert.Equal(3, rows.GetProperty("noRepeat").GetInt32());
    }

    [Fact]
    public void What_cannot_be_trained_is_said_in_a_line()
    {
        File.WriteAllText(_scratch.File("short.txt"), "One sentence. Another one. And a third.\n");
        File.WriteAllText(_scratch.File("one.tsv"), "a\tb\n");
        File.WriteAllText(_scratch.File("bad.tsv"), "a\tb\nc\n");
        Refused("fewer than the", "pretrain", "--recipe", "t5-smoke", "--data", _scratch.File("short.txt"), "--run", RunPath);
        Refused("both need some", "pretrain", "--recipe", "rewrite-smoke", "--data", _scratch.File("one.tsv"), "--run", RunPath);
        Refused("line 2: it has 1 fields", "pretrain", "--recipe", "rewrite-smoke", "--data", _scratch.File("bad.tsv"), "--run", RunPath);
        Refused("text-to-text may begin with one", "pretrain", "--recipe", "t5-smoke", "--from", RunPath, "--run", RunPath);
        Assert.False(Directory.Exists(RunPath));
        Ok("pretrain", "--recipe", "smoke", "--run", RunPath);
        Refused("neither writes spans nor rewrites texts", "pretrain", "--recipe", "rewrite-smoke", "--from", RunPath, "--run", RunPath + "2");
        Refused("not one that rewrites texts", "rewrite", "a text", "--run", RunPath);
    }

    void GoesOn(params string[] pretrain) => GoesOn(() => { }, pretrain);

    void GoesOn(Action meanwhile, params string[] pretrain)
    {
        Ok([.. pretrain, "--run", RunPath]);
        using var stop = new Stop();
        stop.Request(ExitCode.Interrupted);
        using var console = new Console();
        Assert.Equal(130, console.Run(stop, [.. pretrain, "--run", RunPath + "2"]));
        meanwhile();
        Ok("resume", "--run", RunPath + "2");
        Assert.Equal(Weights(RunPath), Weights(RunPath + "2"));

        // From the middle as well: the last checkpoint is lost.
        string halfway = RunPath + "3";
        Directory.CreateDirectory(Path.Combine(halfway, "checkpoints"));
        foreach (string file in new[] { "recipe.json", "tokenizer.json", "metrics.jsonl" }) File.Copy(Path.Combine(RunPath, file), Path.Combine(halfway, file));
        Checkpoint middle = RunDirectory.Checkpoints(RunPath)[1];
        Assert.Equal(10, middle.Step);
        File.Copy(middle.Path, Path.Combine(halfway, "checkpoints", Path.GetFileName(middle.Path)));
        Ok("resume", "--run", halfway);
        Assert.Equal(Weights(RunPath), Weights(halfway));
    }
}
