using System.Text.Json;
using NativeSsl.Cli;
using NativeSsl.Cli.Training;
using static NativeSsl.Tests.Cli.Console;

namespace NativeSsl.Tests.Cli;

/// <summary>A language model of pieces of words, of a folder of documents, through every command.</summary>
public sealed class TextPiecesTests : IDisposable
{
    static readonly TextRecipe Tiny = new()
    {
        Tokenizer = "bpe", Vocabulary = 400, Layers = 1, Heads = 2, Width = 32, Context = 16, Batch = 8, Steps = 40, WarmUp = 4, LearningRate = 0.01, EvaluationInterval = 20, CheckpointInterval = 20,
    };

    readonly Scratch _scratch = new();
    string RunPath => _scratch.File("run");
    string Data => _scratch.File("data");

    public TextPiecesTests()
    {
        Directory.CreateDirectory(Data);
        string[] some = [.. TextCorpus.BuiltIn().Text[..16_000].Split("\n\n").Where(text => text.Length > 0)];
        for (int i = 0; i < 12; i++) File.WriteAllText(Book(i), string.Join("\n\n", some.Where((_, place) => place % 12 == i)) + "\n");
    }

    public void Dispose() => _scratch.Dispose();

    string Book(int number) => Path.Combine(Data, $"{(char)('a' + number)}.txt");

    string Recipe(string tokenizer)
    {
        string path = _scratch.File($"{tokenizer}.json");
        (Tiny with { Tokenizer = tokenizer }).Save(path);
        return path;
    }

    [Theory, InlineData("bpe"), InlineData("wordpiece"), InlineData("unigram")]
    public void Pretrain_evaluate_generate_and_resume(string tokenizer)
    {
        string[] pretrain = ["pretrain", "--recipe", Recipe(tokenizer), "--data", Data];
        using JsonDocument result = JsonDocument.Parse(Ok([.. pretrain, "--run", RunPath, "--json"]));
        JsonElement rows = result.RootElement.GetProperty("result");
        double loss = Number(rows, "this model", "validationLoss");
        Assert.True(loss < Number(rows, "untrained", "validationLoss") - 0.5);

        // Bits per byte from the run's own tokens and the file kept apart.
        ITokenizer own = Tokenizer.Load(Path.Combine(RunPath, "tokenizer.json"));
        string heldOut = File.ReadAllText(Book(11));
        int tokens = 1 + heldOut.TrimEnd('\n').Split('\n').Aggregate((new List<string>(), ""), (lines, line) =>
        {
            if (line.Length == 0) return (lines.Item1, lines.Item2 + "\n");
            lines.Item1.Add($"{lines.Item2}{line}\n");
            return (lines.Item1, "");
        }).Item1.Sum(line => own.Encode(line).Length);
        Assert.Equal(loss * tokens / Math.Log(2) / System.Text.Encoding.UTF8.GetByteCount(heldOut), Number(rows, "this model", "bitsPerByte"), 1e-9);
        Assert.Equal(Math.Exp(loss), Number(rows, "this model", "perplexity"), 1e-6);
        using JsonDocument evaluation = JsonDocument.Parse(Ok("evaluate", "--run", RunPath, "--json"));
        Assert.Equal(loss, Number(evaluation.RootElement, "this model", "validationLoss"), 6);
        Assert.Contains("bits per byte", File.ReadAllText(Path.Combine(RunPath, "evaluation.md")), StringComparison.Ordinal);

        string[] generate = ["generate", "--run", RunPath, "--prompt", "The ferry", "--tokens", "30"];
        string written = Ok(generate);
        Assert.Equal(written, Ok(generate));
        Assert.StartsWith("The ferry", written, StringComparison.Ordinal);
        Assert.True(written.Length > "The ferry\n".Length, written);          // it may end soon, where a document ends
        Assert.DoesNotContain("</s>", written, StringComparison.Ordinal);
        Assert.Equal(JsonDocument.Parse(Ok([.. generate, "--json"])).RootElement.GetProperty("text").GetString(), written["The ferry".Length..^1]);
        Ok("generate", "--run", RunPath, "--tokens", "3");                  // the prompt is a line end, which not every tokenizer has a token for

        using var stop = new Stop();
        stop.Request(ExitCode.Interrupted);
        using var console = new Console();
        Assert.Equal(130, console.Run(stop, [.. pretrain, "--run", RunPath + "2"]));
        Ok("resume", "--run", RunPath + "2");
        Assert.Equal(File.ReadAllBytes(RunDirectory.Latest(RunPath)!.Path), File.ReadAllBytes(RunDirectory.Latest(RunPath + "2")!.Path));
    }

    // Whatever is kept apart, the vocabulary is the same.
    [Theory, InlineData(true, "bpe"), InlineData(true, "wordpiece"), InlineData(false, "bpe")]
    public void The_tokenizer_of_a_run_learns_from_the_training_part_alone(bool folder, string tokenizer)
    {
        string file = _scratch.File("single.txt"), single = string.Concat(Enumerable.Range(0, 12).Select(i => File.ReadAllText(Book(i))));
        string Vocabulary(string last, string run)
        {
            File.WriteAllText(Book(11), last);
            File.WriteAllText(file, single[..(single.Length * 9 / 10)] + last[..(single.Length - single.Length * 9 / 10)]);
            Ok("pretrain", "--recipe", Recipe(tokenizer), "--data", folder ? Data : file, "--run", _scratch.File(run), "--steps", "1");
            return File.ReadAllText(Path.Combine(_scratch.File(run), "tokenizer.json"));
        }
        Assert.Equal(Vocabulary(string.Concat(Enumerable.Repeat("quokka zyzzyva ", 300)), "one"), Vocabulary(string.Concat(Enumerable.Repeat("nothing of note ", 300)), "two"));
    }

    [Theory, InlineData("wordpiece"), InlineData("bpe")]
    public void So_does_that_of_an_encoder(string tokenizer)
    {
        var recipe = new MaskedWordsRecipe { Data = Data, Tokenizer = tokenizer, Vocabulary = 400, Layers = 1, Heads = 2, Width = 16, Context = 24, Pairs = "none" };
        string Vocabulary(string last)
        {
            File.WriteAllText(Book(11), last);
            return MaskedWordsRun.New(recipe, CpuBackend.Default, Console.Silent).Source.Tokenizer.ToJson();
        }
        Assert.Equal(Vocabulary(string.Concat(Enumerable.Repeat("quokka zyzzyva ", 300))), Vocabulary("Nothing of note."));
    }

    [Fact]
    public void Documents_end_with_the_mark_of_an_end_and_none_is_in_both_parts()
    {
        TextRecipe recipe = Tiny with { Data = Data };
        LanguageText text = TextRun.New(recipe, CpuBackend.Default, Console.Silent).Source;
        Assert.Equal((11, 1), (text.Train.Count(token => token == text.End), text.HeldOut.Count(token => token == text.End)));
        Assert.Equal((text.End, text.End), (text.Train[^1], text.HeldOut[^1]));
        Assert.Equal(File.ReadAllText(Book(11)), text.Tokenizer.Decode(text.HeldOut.AsSpan()[..^1]));           // byte-level pieces lose nothing, white space included
        Assert.Equal(string.Concat(Enumerable.Range(0, 11).Select(i => File.ReadAllText(Book(i)) + "</s>")), text.Tokenizer.Decode(text.Train));
    }

    [Theory]
    [InlineData(2.0, 3.0, 4.0, "pairs does: it has learned"), InlineData(3.5, 3.0, 4.0, "no better than counting pairs"), InlineData(4.5, 3.0, 4.0, "has not learned yet")]
    [InlineData(4.5, 5.0, 4.0, "has not learned yet"), InlineData(3.95, 5.0, 4.0, "hardly better"), InlineData(3.5, 5.0, 4.0, "it has learned from context")]
    public void A_verdict_is_held_against_the_better_way_of_counting(double model, double bigram, double unigram, string said) =>
        Assert.Contains(said, Controls.Of(model, bigram, unigram), StringComparison.Ordinal);
}
