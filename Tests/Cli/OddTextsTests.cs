using System.Text;
using NativeSsl.Cli;

namespace NativeSsl.Tests.Cli;

/// <summary>Texts that are no proper corpus, through the whole program: damaged, empty, of one line, of one endless sentence.</summary>
public sealed class OddTextsTests : IDisposable
{
    static readonly string[] Paragraphs = TextCorpus.BuiltIn().Text[..6000].Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

    readonly Scratch _scratch = new();
    string RunPath => _scratch.File("run");
    string Texts => _scratch.File("texts");

    public OddTextsTests() => Directory.CreateDirectory(Texts);

    public void Dispose() => _scratch.Dispose();

    string Put(string name, string text)
    {
        File.WriteAllText(Path.Combine(Texts, name), text);
        return Path.Combine(Texts, name);
    }

    string Recipe(string pairs = "none", string tokenizer = "wordpiece")
    {
        new MaskedWordsRecipe { Tokenizer = tokenizer, Vocabulary = 200, Layers = 1, Heads = 2, Width = 16, Context = 16, Pairs = pairs, Batch = 4, Steps = 3, WarmUp = 0, Maskings = 0 }
            .Save(_scratch.File($"{pairs}.json"));
        return _scratch.File($"{pairs}.json");
    }

    string Train(string data, string pairs = "none", string run = "run")
    {
        using var console = new Console();
        int code = console.Run("pretrain", "--recipe", Recipe(pairs), "--data", data, "--run", _scratch.File(run));
        Assert.True(code == 0, $"exit code {code}: {console.Error}");
        return console.Error;
    }

    void Refused(string data, string pairs, params string[] said)
    {
        using var console = new Console();
        Assert.Equal(2, console.Run("pretrain", "--recipe", Recipe(pairs), "--data", data, "--run", RunPath));
        Assert.StartsWith("nativessl: ", console.ErrorLines[^1], StringComparison.Ordinal);
        Assert.All(said, part => Assert.Contains(part, console.ErrorLines[^1], StringComparison.Ordinal));
        Assert.False(Directory.Exists(RunPath));
    }

    [Theory]
    [InlineData(new byte[] { 79, 110, 101, 46, 10, 0xE9, 33 }, "byte 5 (0xE9) is not UTF-8", "iconv")]
    [InlineData(new byte[] { 79, 110, 101, 0xF0, 0x9F, 0x98 }, "byte 3 (0xF0) is not UTF-8", "iconv")]
    [InlineData(new byte[] { 0xFF, 0xFE, 79, 0 }, "UTF-16", "iconv")]
    public void A_damaged_file_among_good_ones_is_named_with_its_byte(byte[] bytes, string said, string cure)
    {
        Put("a.txt", string.Join('\n', Paragraphs));
        File.WriteAllBytes(Path.Combine(Texts, "b.txt"), bytes);
        foreach (string pairs in new[] { "none", "next" }) Refused(Texts, pairs, Path.Combine(Texts, "b.txt"), said, cure);
    }

    [Theory, InlineData(""), InlineData("\n \r\n\t\n\n")]
    public void A_corpus_without_a_word_is_refused(string text)
    {
        Put("a.txt", text);
        Put("b.txt", "\n");
        Refused(Texts, "none", "there is no word in it");
        Refused(Put("a.txt", text), "none", "there is no word in it");
    }

    [Fact]
    public void Empty_documents_change_nothing()
    {
        string full = Put("full.txt", string.Join("\n\n", Paragraphs)), gaps = Put("gaps.txt", "\n\n\n" + string.Join("\n\n \n\t\n\r\n\n", Paragraphs) + "\n\n\n\n");
        Assert.Equal(Losses(full, "1"), Losses(gaps, "2"));

        string[] Losses(string data, string run)
        {
            Train(data, "next", run);
            return [.. MetricsLog.Read(Path.Combine(_scratch.File(run), "metrics.jsonl")).Select(line => $"{line.Values["loss"]:R} {line.Values.GetValueOrDefault("validationLoss"):R}")];
        }
    }

    [Fact]
    public void Empty_files_in_a_folder_are_no_documents()
    {
        for (int i = 0; i < 30; i++) Put($"{i:D2}.txt", i % 3 == 1 ? "\n" : Paragraphs[i % Paragraphs.Length]);
        Assert.Contains("in 18 documents", Train(Texts, "next"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sentence_longer_than_the_context_is_read_in_pieces_to_its_end()
    {
        string words = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"word{(char)('a' + i % 26)}"));        // no end of a sentence anywhere
        for (int i = 0; i < 4; i++) Put($"{i}.txt", words);
        ITokenizer tokenizer = Tokenizer.Create("wordpiece", Enumerable.Repeat(words, 4), 200);
        int tokens = tokenizer.Encode(words).Length;
        Assert.True(tokens > 2 * 16);
        Assert.Contains(FormattableString.Invariant($"{3 * tokens:N0} tokens in 3 documents"), Train(Texts), StringComparison.Ordinal);
        Train(Texts, "order", "pairs");                                     // pieces of one sentence follow each other as sentences do
        using var console = new Console();
        Assert.Equal(0, console.Run("evaluate", "--run", RunPath, "--quick"));
    }

    [Fact]
    public void One_line_of_many_sentences_is_a_document_and_one_of_one_sentence_is_too_little()
    {
        string line = Put("line.txt", string.Join(' ', Paragraphs.Select(paragraph => paragraph.ReplaceLineEndings(" "))));
        Assert.Single(File.ReadAllLines(line));
        Assert.Contains("tokens in 1 documents", Train(line), StringComparison.Ordinal);
        Directory.Delete(RunPath, recursive: true);
        Refused(line, "next", "two are needed", "pairs to \"none\"");
        Refused(Put("short.txt", "Hello."), "none", "single sentence", "longer text");
    }

    // Large because of its blank lines, which cost next to nothing.
    string Large()
    {
        string blank = new string(' ', 1 << 20) + "\n", text = string.Join("\n\n", Paragraphs) + "\n" + blank + blank;
        File.WriteAllText(Path.Combine(Texts, "large.txt"), string.Concat(Enumerable.Repeat(text, 9)));
        return Path.Combine(Texts, "large.txt");
    }

    [Theory]
    [InlineData("wordpiece", "reading for the tokenizer|learning its pieces|reading as tokens")]
    [InlineData("unigram", "reading for the tokenizer|learning its pieces|reading as tokens")]
    [InlineData("character", "reading for the tokenizer|reading as tokens")]
    public void Reading_a_large_text_is_shown_to_its_end(string tokenizer, string stages)
    {
        using var console = new Console();
        Assert.Equal(0, console.Run("pretrain", "--recipe", Recipe(tokenizer: tokenizer), "--data", Large(), "--run", RunPath));
        string[] shown = [.. console.ErrorLines.Where(line => line.Contains(" of ", StringComparison.Ordinal) && line.Contains(": ", StringComparison.Ordinal)).Select(line => line.Split(':')[0]).Distinct()];
        Assert.Equal(stages.Split('|'), shown);
        string size = NativeSsl.Cli.Text.Bytes(new FileInfo(Large()).Length);
        Assert.Contains($"reading for the tokenizer: {size} of {size}", console.ErrorLines);
        Assert.Contains($"reading as tokens: {size} of {size}", console.ErrorLines);
    }

    [Theory, InlineData("reading for the tokenizer"), InlineData("learning its pieces"), InlineData("reading as tokens")]
    public void Ctrl_C_ends_the_reading_of_a_large_text_and_leaves_nothing(string stage)
    {
        using var stop = new Stop();
        using var error = new StopsAt(stage, stop);
        Assert.Equal(ExitCode.Interrupted, CommandLine.Run(["pretrain", "--recipe", Recipe(tokenizer: stage[0] == 'l' ? "unigram" : "wordpiece"), "--data", Large(), "--run", RunPath],
            new Terminal(TextWriter.Null, error, isInteractive: false), stop));
        Assert.Equal(1, error.Lines.Count(line => line.StartsWith(stage, StringComparison.Ordinal)));
        Assert.StartsWith(stage, error.Lines[^1], StringComparison.Ordinal);
        Assert.False(Directory.Exists(RunPath));
    }

    // Someone who presses Ctrl-C as soon as a line of this stage is shown.
    sealed class StopsAt(string stage, Stop stop) : StringWriter
    {
        internal string[] Lines => ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value!.StartsWith(stage, StringComparison.Ordinal)) stop.Request(ExitCode.Interrupted);
        }
    }
}
