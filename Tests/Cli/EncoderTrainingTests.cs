using System.Text.Json;
using NativeSsl.Cli;
using NativeSsl.Cli.Training;
using static NativeSsl.Tests.Cli.Console;

namespace NativeSsl.Tests.Cli;

/// <summary>A text encoder of seconds through every command.</summary>
public sealed class EncoderTrainingTests : IDisposable
{
    readonly Scratch _scratch = new();
    string RunPath => _scratch.File("run");

    public void Dispose() => _scratch.Dispose();

    [Theory, InlineData(5.89, "better than counting does: it has learned from context"), InlineData(5.95, "hardly better"), InlineData(6.0, "no better")]
    public void A_verdict_asks_for_more_than_frequencies(double own, string said) =>
        Assert.Contains(said, MaskedWordsReport.Of(own, counts: 6.0), StringComparison.Ordinal);

    [Fact]
    public void Pretrain_evaluate_fill_relate_and_embed()
    {
        using JsonDocument result = JsonDocument.Parse(Ok("pretrain", "--recipe", "bert-smoke", "--run", RunPath, "--json"));
        JsonElement rows = result.RootElement.GetProperty("result");
        double loss = Number(rows, "this model", "maskedLoss");
        Assert.True(loss < Number(rows, "untrained", "maskedLoss") - 0.3);
        Assert.InRange(Number(rows, "word counts", "maskedLoss"), 2.5, 3.5);
        Assert.InRange(Number(rows, "shared words", "pairAccuracy"), 0.4, 0.8);
        using JsonDocument evaluation = JsonDocument.Parse(Ok("evaluate", "--run", RunPath, "--json"));
        Assert.Equal(loss, Number(evaluation.RootElement, "this model", "maskedLoss"), 6);
        Assert.Contains("| word counts |", File.ReadAllText(Path.Combine(RunPath, "evaluation.md")), StringComparison.Ordinal);

        using JsonDocument gaps = JsonDocument.Parse(Ok("fill", "The ___rry is l[MASK]te.", "--run", RunPath, "--top", "3", "--json"));
        Assert.Equal([3, 3], gaps.RootElement.EnumerateArray().Select(words => words.GetArrayLength()));
        Assert.All(gaps.RootElement.EnumerateArray(), words => Assert.InRange(words.EnumerateArray().Sum(word => word.GetProperty("probability").GetDouble()), 0.1, 1));
        Assert.Equal(7, Ok("fill", "A ___ and a ___", "--run", RunPath, "--top", "3").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        using JsonDocument related = JsonDocument.Parse(Ok("related", "It rained.", "The ferry was late.", "--run", RunPath, "--json"));
        Assert.InRange(related.RootElement.GetProperty("together").GetDouble(), 0.01, 0.99);

        File.WriteAllText(_scratch.File("lines.txt"), "one line\n\nanother, and a longer one\none line\n");
        Ok("embed", "--run", RunPath, "--data", _scratch.File("lines.txt"), "--out", _scratch.File("features.safetensors"));
        using SafetensorsFile file = SafetensorsFile.Open(_scratch.File("features.safetensors"));
        float[] features = new float[3 * 32];
        file.Read("features", features);
        Assert.Equal(features[..32], features[64..], (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.NotEqual(features[..32], features[32..64]);
        long[] lines = new long[3];
        file.Read("lines", lines);
        Assert.Equal([0, 2, 3], lines);
        Assert.Contains("bert-gutenberg\tmasked-words\t4 layers of 256", Ok("list", "--runs", _scratch.Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Simcse_begins_with_the_encoder_of_a_run_and_goes_on_alone()
    {
        string source = _scratch.File("source");
        Ok("pretrain", "--recipe", "bert-smoke", "--run", source);
        string[] pretrain = ["pretrain", "--recipe", "simcse", "--data", "built-in", "--from", source, "--steps", "6"];
        using JsonDocument result = JsonDocument.Parse(Ok([.. pretrain, "--run", RunPath, "--json"]));
        JsonElement rows = result.RootElement.GetProperty("result");
        Assert.Equal(["this encoder", "where it began", "random encoder"], rows.EnumerateObject().Select(row => row.Name));
        Assert.NotEqual(Number(rows, "where it began", "uniformity"), Number(rows, "random encoder", "uniformity"));
        Assert.NotEqual(Number(rows, "where it began", "uniformity"), Number(rows, "this encoder", "uniformity"));

        using var stop = new Stop();
        stop.Request(ExitCode.Interrupted);
        using var console = new Console();
        Assert.Equal(130, console.Run(stop, [.. pretrain, "--run", RunPath + "2"]));
        Directory.Delete(source, recursive: true);                          // what it began with is in its first checkpoint
        Ok("resume", "--run", RunPath + "2");
        Assert.Equal(Weights(RunPath), Weights(RunPath + "2"));
        using JsonDocument alone = JsonDocument.Parse(Ok("evaluate", "--run", RunPath, "--json"));
        Assert.Equal(["this encoder", "random encoder"], alone.RootElement.EnumerateObject().Select(row => row.Name));
        File.WriteAllText(_scratch.File("lines.txt"), "one line\n");
        Ok("embed", "--run", RunPath, "--data", _scratch.File("lines.txt"), "--out", _scratch.File("features.safetensors"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Simcse_learns_which_sentences_of_a_line_belong_together(bool contradicted)
    {
        string source = _scratch.File("source"), lines = _scratch.File("lines.tsv"), recipe = _scratch.File("lines.json");
        Ok("pretrain", "--recipe", "bert-smoke", "--run", source);
        // What belongs together shares no word. Of eight kinds, a sentence from elsewhere is of the same one time in eight, and then neither is nearer.
        string[] ones = ["harbour", "market", "ferry", "lamp", "bridge", "bucket", "mail", "orange"], others = ["seven", "night", "clerk", "stone", "river", "painter", "winter", "bread"];
        var random = new RandomSource(5, 5);
        File.WriteAllLines(lines, Enumerable.Range(0, 400).Select(_ => random.NextInt(8)).Select(i => $"the {ones[i]} was there {ones[i]}\tand {others[i]} by {others[i]}{(contradicted ? "\tno no no" : "")}"));
        SimCseRecipe settings = new SimCseRecipe { Data = lines, Samples = SimCseRecipe.OfLines, Pooling = "mean", Steps = 60, WarmUp = 6, LearningRate = 3e-3, Batch = 16, CheckpointInterval = 0 };
        settings.Save(recipe);
        using JsonDocument result = JsonDocument.Parse(Ok("pretrain", "--recipe", recipe, "--from", source, "--run", RunPath, "--json"));
        JsonElement rows = result.RootElement.GetProperty("result");
        double learned = Number(rows, "this encoder", "nextIsNearer"), before = Number(rows, "where it began", "nextIsNearer");
        Assert.True(learned > 0.7 && before < 0.5, $"{learned:F3} after, {before:F3} before");
        File.WriteAllText(lines, "one\ttwo\nthree\n");
        Refused("line 2 has 1 sentence", "pretrain", "--recipe", recipe, "--from", source, "--run", RunPath + "2");
    }

    [Fact]
    public void An_interrupted_run_ends_as_if_it_had_not_been_and_orders_sentences()
    {
        string recipe = _scratch.File("order.json");
        new MaskedWordsRecipe { Tokenizer = "wordpiece", Vocabulary = 300, Layers = 1, Heads = 2, Width = 16, Context = 32, Pairs = "order", Batch = 4, Steps = 6, WarmUp = 1, CheckpointInterval = 3 }.Save(recipe);
        Ok("pretrain", "--recipe", recipe, "--run", RunPath);
        using var stop = new Stop();
        stop.Request(ExitCode.Interrupted);
        using var console = new Console();
        Assert.Equal(130, console.Run(stop, "pretrain", "--recipe", recipe, "--run", RunPath + "2"));
        Ok("resume", "--run", RunPath + "2");
        Assert.Equal(Weights(RunPath), Weights(RunPath + "2"));
        string[] ordered = Ok("order", "First.", "Second.", "Third.", "--run", RunPath).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["First.", "Second.", "Third."], ordered.Order(StringComparer.Ordinal));
        Refused("pairs\": \"next\"", "related", "a", "b", "--run", RunPath);
        Refused("no gap", "fill", "no gap here", "--run", RunPath);
        Refused("name a file", "embed", "--run", RunPath);
        Refused("has not learned to write", "generate", "--run", RunPath);
    }

    [Fact]
    public void What_cannot_be_trained_is_said_in_a_line()
    {
        File.WriteAllText(_scratch.File("one.txt"), "One sentence. Another one. And a third.\n");
        Refused("begins with an encoder", "pretrain", "--recipe", "simcse", "--data", "built-in", "--run", RunPath);
        Refused("only simcse needs", "pretrain", "--recipe", "bert-smoke", "--from", RunPath, "--run", RunPath);
        Refused("two are needed", "pretrain", "--recipe", "bert-smoke", "--data", _scratch.File("one.txt"), "--run", RunPath);
        Refused("cannot be read", "pretrain", "--recipe", "bert-smoke", "--data", _scratch.File("none.txt"), "--run", RunPath);
        Assert.False(Directory.Exists(RunPath));
    }
}
