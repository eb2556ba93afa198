namespace NativeSsl;

/// <summary>
/// Texts, and for each in which ways it may be rewritten: translations, summaries. Each text stands there once; what is learned from is every pair of a text and a way, what is judged is a text
/// against all its ways.
/// </summary>
/// <param name="Name">Where they came from.</param>
/// <param name="Sources">The texts.</param>
/// <param name="Leads">The first sentence of each: the summary that needs no learning.</param>
/// <param name="Targets">For each what it may become, at least one.</param>
public sealed record Rewritings(string Name, IReadOnlyList<string> Sources, IReadOnlyList<string> Leads, IReadOnlyList<IReadOnlyList<string>> Targets)
{
    /// <summary>A line for each pair, text, tab, what it becomes: <see cref="Tatoeba"/>'s layout.</summary>
    public const string Pairs = "pairs";
    /// <summary>The same lines, read from right to left.</summary>
    public const string Reversed = "reversed";
    /// <summary>Papers and their summaries: <see cref="SciTldr"/>'s layout.</summary>
    public const string Papers = "papers";

    /// <summary>How many texts there are.</summary>
    public int Count => Sources.Count;

    /// <summary>Every text with each way of rewriting it.</summary>
    public IEnumerable<(string Source, string Target)> All => Sources.SelectMany((source, i) => Targets[i].Select(target => (source, target)));

    /// <summary>So many of the texts, drawn once and for all; all of them, in their order, if there are no more.</summary>
    public Rewritings Some(int count)
    {
        if (count >= Count) return this;
        int[] places = [.. Enumerable.Range(0, Count)];
        new RandomSource(1, 2).Shuffle<int>(places);
        return Take(places[..count]);
    }

    Rewritings Take(IReadOnlyCollection<int> places) =>
        new(Name, [.. places.Select(place => Sources[place])], [.. places.Select(place => Leads[place])], [.. places.Select(place => Targets[place])]);

    /// <summary>What a recipe names, divided: what is learned from, and what is validated on; no text of the one is in the other.</summary>
    /// <param name="path">A file of pairs; a file of papers, or a folder with <c>train.jsonl</c> and <c>dev.jsonl</c>; or <c>built-in</c>: sentences of the text inside the library, in
    /// small letters and without their signs, to be put right again.</param>
    /// <param name="format"><see cref="Pairs"/>, <see cref="Reversed"/> or <see cref="Papers"/>.</param>
    /// <remarks>A file is divided by <see cref="HashSplit"/> of the first text of each pair, or of the paper; its last part is for the last question, and is in neither.</remarks>
    /// <exception cref="MalformedFileException">A file cannot be read, or a line is not as it should be; the message names file and line.</exception>
    /// <exception cref="NativeSslException">One side is empty, or the format is unknown.</exception>
    public static (Rewritings Train, Rewritings Validation) Read(string path, string format)
    {
        bool reversed = format == Reversed;
        (Rewritings train, Rewritings validation) = format switch
        {
            Pairs or Reversed when path == TextCorpus.BuiltInName => Divided(Plain(), reversed),
            Pairs or Reversed => Divided(Tatoeba.Read(path), path, reversed),
            Papers when Directory.Exists(path) => (Of(SciTldr.Read(Path.Combine(path, "train.jsonl"))), Of(SciTldr.Read(Path.Combine(path, "dev.jsonl")))),
            Papers => Divided(Of(SciTldr.Read(path))),
            _ => throw new NativeSslException($"Rewritings: format '{format}' is unknown; known are '{Pairs}', '{Reversed}' and '{Papers}'."),
        };
        // From right to left, a translation may belong to several sentences; and papers may stand in two files.
        HashSet<string> known = new(train.Sources, StringComparer.Ordinal);
        validation = validation.Take([.. Enumerable.Range(0, validation.Count).Where(i => !known.Contains(validation.Sources[i]))]);
        return train.Count > 0 && validation.Count > 0 ? (train, validation)
            : throw new NativeSslException($"{path}: {train.Count} texts are there to learn from and {validation.Count} to validate on; both need some. Give more texts: a tenth of them is kept apart.");
    }

    static (Rewritings, Rewritings) Divided(TextPairs all, bool reversed)
    {
        TextParts<int[]> places = HashSplit.Places(all.Firsts);
        return Divided(new(all.Take(places.Train), all.Take(places.Validation), all.Take(places.Test)), all.Name, reversed);
    }

    static (Rewritings, Rewritings) Divided(TextParts<TextPairs> parts, string name, bool reversed) => (Of(parts.Train, name, reversed), Of(parts.Validation, name, reversed));

    static (Rewritings, Rewritings) Divided(Rewritings all)
    {
        TextParts<int[]> places = HashSplit.Places(all.Sources);
        return (all.Take(places.Train), all.Take(places.Validation));
    }

    /// <summary>Pairs of texts, each text once with all its partners.</summary>
    public static Rewritings Of(TextPairs pairs) => Of(pairs, pairs.Name, reversed: false);

    static Rewritings Of(TextPairs pairs, string name, bool reversed)
    {
        (IReadOnlyList<string> sources, IReadOnlyList<string> targets) = reversed ? (pairs.Seconds, pairs.Firsts) : (pairs.Firsts, pairs.Seconds);
        return Grouped(name, [.. sources.Select((source, i) => (source, Sentences.Split(source).First(), targets[i]))]);
    }

    static Rewritings Of(Summaries papers) => Grouped(papers.Name, [.. papers.Sources.Zip(papers.Lead(), papers.Targets)
        .SelectMany(paper => paper.Third.Select(target => (string.Join(' ', paper.First), paper.Second, target)))]);

    static Rewritings Grouped(string name, IReadOnlyList<(string Source, string Lead, string Target)> pairs)
    {
        IGrouping<string, (string Source, string Lead, string Target)>[] groups = [.. pairs.GroupBy(pair => pair.Source, StringComparer.Ordinal)];
        return new(name, [.. groups.Select(group => group.Key)], [.. groups.Select(group => group.First().Lead)],
            [.. groups.Select(group => (IReadOnlyList<string>)[.. group.Select(pair => pair.Target).Distinct(StringComparer.Ordinal)])]);
    }

    static TextPairs Plain()
    {
        string[] sentences = [.. Documents.Load(TextCorpus.BuiltInName).Passages().Select(passage => passage.Text).Where(text => text.Any(char.IsLetter)).Distinct(StringComparer.Ordinal)];
        return new("built-in", [.. sentences.Select(Small)], sentences);
    }

    static string Small(string text) =>
        string.Join(' ', new string([.. text.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
