using System.Diagnostics;
using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>
/// A corpus of 100 MB beside one of 10: do tokenizers, tokens and masked samples go through memory that does not grow with the text? Every stage is a process of its own, so that its
/// peak is its own. The text is Gutenberg's books again and again, the words within each sentence in another order every time.
/// </summary>
static class CorpusStudy
{
    const int Vocabulary = 8192, Steps = 200;
    const string Stage = "stage";

    // What a stage may take beside what the process has when it begins: what the collector leaves lying and buffers (64 MiB), and so many bytes for each thing that it must remember.
    // A word, of eight letters or so, costs its string, its entry and count, its symbols and the places of its pairs. Unigram has, for every letter, sixteen levels of names and the table
    // in which they are counted. Of tokens only where segments begin stays in memory, 8 bytes each: in a list while it grows (24), once more for the hash (8), once more when the file is
    // opened (24 and 8). Samples are 16 bytes each (of pairs 20) in a list while it grows, and a place in the order of the epoch.
    sealed record Bound(string Remembers, int Bytes)
    {
        public double Mebibytes(long count) => 64 + (double)Bytes * count / (1 << 20);
    }

    static readonly (string Name, Bound Bound)[] Stages =
    [
        ("wordpiece", new("words", 1024)), ("bpe", new("words", 1024)), ("unigram", new("words", 4096)), ("tokens", new("segments", 64)), ("none", new("segments and samples", 80)), ("next", new("segments and samples", 80)),
    ];

    readonly record struct Taken(double Seconds, double Begin, double Peak, long Count)
    {
        public double Own => Peak - Begin;
    }

    public static void Run(string[] arguments)
    {
        if (arguments is [Stage, var name, var folder])
        {
            Taken taken = Take(name, folder);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{taken.Seconds:R} {taken.Begin:R} {taken.Peak:R} {taken.Count}"));
            return;
        }
        (int small, int large) = arguments.Contains("--quick") ? (8, 16) : (10, 100);   // a round of the books is 7.5 MB: at both sizes there are the same words
        var report = new Report("corpus", "A corpus of 100 MB in bounded memory", "learning/text.md");
        string root = Directory.CreateTempSubdirectory("nativessl-corpus-").FullName;
        try
        {
            foreach (int size in (int[])[small, large]) Write(Path.Combine(root, $"{size}", "text"), size * 1_000_000L);
            report.Text($"{small} and {large} MB of text: twelve books of Gutenberg again and again, words shuffled within each sentence. Vocabularies of {Vocabulary}; {Steps} batches of masked "
                + "samples with whole texts (none) and pairs (next). MiB: the peak of the resident memory above what the process had when the stage began; a process a stage. "
                + "Bound: 64 MiB, and for each word 1 KiB (Unigram 4), for each segment 64 bytes, for each segment and sample 80.");
            report.Head("stage", $"MiB at {small} MB", $"MiB at {large} MB", "bound", "remembered", "seconds", "MB/s");
            List<(string Name, Bound Bound, Taken Small, Taken Large)> rows = [];
            foreach ((string stage, Bound bound) in Stages)
            {
                Taken few = InOwnProcess(stage, Path.Combine(root, $"{small}")), many = InOwnProcess(stage, Path.Combine(root, $"{large}"));
                rows.Add((stage, bound, few, many));
                report.Row(stage, Number(few.Own), Number(many.Own), Number(bound.Mebibytes(many.Count)), string.Create(CultureInfo.InvariantCulture, $"{many.Count:N0} {bound.Remembers}"),
                    Number(many.Seconds), stage is "none" or "next" ? "" : Number(large / many.Seconds));
            }
            report.EndTable();
            foreach (var (stage, bound, few, many) in rows)
            {
                report.Goal($"memory of stage {stage} at {large} MB of text", many.Own, bound.Mebibytes(many.Count), " MiB");
                if (bound.Remembers == "words") report.Goal($"memory of stage {stage}, {large} MB of text over {small}", (64 + many.Own) / (64 + few.Own), 1.25);
            }
            report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- corpus");
        }
        finally { Directory.Delete(root, recursive: true); }
    }

    static string Number(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    static Taken InOwnProcess(string stage, string folder)
    {
        string[] numbers = Self.Capture(["corpus", Stage, stage, folder]).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Split(' ');
        double[] values = [.. numbers.Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        return new(values[0], values[1], values[2], (long)values[3]);
    }

    // A book a file, as many as there is room for; a sentence a line. First and last words stay, so that sentences begin and end as before.
    static void Write(string folder, long bytes)
    {
        Directory.CreateDirectory(folder);
        Documents books = Documents.Load(Path.Combine(Books.Data, "gutenberg"));
        var random = new RandomSource(100, 0);
        for (int round = 0; bytes > 0; round++)
            foreach (IGrouping<string, Passage> book in books.Passages().GroupBy(passage => passage.Source).TakeWhile(_ => bytes > 0))
            {
                using StreamWriter file = File.CreateText(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{round:D3}-{book.Key}")));
                foreach (Passage passage in book)
                {
                    string[] words = passage.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    for (int i = words.Length - 2; i > 1; i--)
                    {
                        int other = 1 + random.NextInt(i);
                        (words[i], words[other]) = (words[other], words[i]);
                    }
                    string line = string.Join(' ', words);
                    file.Write(line + "\n");
                    if ((bytes -= System.Text.Encoding.UTF8.GetByteCount(line) + 1) <= 0) break;
                }
            }
    }

    static Taken Take(string stage, string folder)
    {
        Documents documents = Documents.Load(Path.Combine(folder, "text"));
        string Tokenizer(string kind) => Path.Combine(folder, $"{kind}.json");
        double begin = ResidentMebibytes.Restart();
        long start = Stopwatch.GetTimestamp(), count = stage switch
        {
            "tokens" => Tokens(folder, documents, Tokenizer("wordpiece")).SegmentCount,
            "none" or "next" => Samples(Tokens(folder, documents, Tokenizer("wordpiece")), stage, NativeSsl.Tokenizer.Load(Tokenizer("wordpiece"))),
            _ => Learn(documents, stage, Tokenizer(stage)),
        };
        return new(Stopwatch.GetElapsedTime(start).TotalSeconds, begin, ResidentMebibytes.Peak, count);
    }

    static long Learn(Documents documents, string kind, string file)
    {
        var words = new Words();
        Tokenizer.Create(kind, documents.Passages().Select(passage => passage.Text), Vocabulary, words).Save(file);
        return words.Count;
    }

    // Always through the file, which the stages behind the first find again.
    static TokenStore Tokens(string folder, Documents documents, string tokenizer) =>
        new TokenCache(Path.Combine(folder, "tokens"), memoryBytes: 0).Read(documents, Tokenizer.Load(tokenizer), longest: 64);

    static long Samples(TokenStore store, string pairs, ITokenizer tokenizer)
    {
        MaskedViews views = (ProgramRecipe.Of<MaskedWordsRecipe>("bert-gutenberg") with { Pairs = pairs }).NewViews(Books.Backend, DocumentSet.Divide(store).Train, TextMarks.Of(tokenizer));
        for (int draw = 0; draw < Steps; draw++)
        {
            using var step = new Step(Books.Backend);
            views.Draw(draw);
        }
        return store.SegmentCount + views.Count;
    }

    sealed class Words : IProgress<TokenizerProgress>
    {
        public int Count { get; private set; }
        public void Report(TokenizerProgress value) => Count = value.Words;
    }
}
