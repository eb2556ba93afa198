using static NativeSsl.Tests.TokenizerTrainingTests;

namespace NativeSsl.Tests;

/// <summary>The texts that tokenizers learn from: what is none, too little of it, too many words, and more than memory holds.</summary>
public sealed class TrainingTextsTests
{
    public static TheoryData<int> Kinds => TokenizerTrainingTests.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public void Half_of_a_surrogate_pair_is_refused_with_its_text_and_place_in_training_and_use(int kind)
    {
        Assert.Contains("text 1: half of a surrogate pair at character 2",
            Assert.Throws<MalformedFileException>(() => Trainers[kind](["ab", "cd\uDC00"], new TokenizerTraining { Vocabulary = 400 })).Message);
        PieceTokenizer tokenizer = Trainers[kind](Lines, new TokenizerTraining { Vocabulary = 400 });
        Assert.Contains("character 1", Assert.Throws<MalformedFileException>(() => tokenizer.Encode("a\uD800b")).Message);
        Assert.Contains("character 0", Assert.Throws<MalformedFileException>(() => tokenizer.EncodeWithSpecials("a", "\uDC00")).Message);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Empty_documents_count_for_nothing_and_only_empty_ones_are_refused(int kind)
    {
        TokenizerTraining options = new() { Vocabulary = 400 };
        IEnumerable<string> withEmpty = Lines.SelectMany(line => new[] { "", line, "" });
        Assert.Equal(Trainers[kind](Lines, options).ToJson(), Trainers[kind](withEmpty, options).ToJson());
        Assert.Contains("no word", Assert.Throws<MalformedFileException>(() => Trainers[kind](["", ""], options)).Message);
        Assert.Contains("no word", Assert.Throws<MalformedFileException>(() => Trainers[kind]([], options)).Message);
        Assert.Empty(Trainers[kind](Lines, options).Encode(""));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void One_line_gives_what_it_has_and_no_more(int kind)
    {
        PieceTokenizer tokenizer = Trainers[kind](["the cat sat on the mat, and the cat was fat"], new TokenizerTraining { Vocabulary = 10_000 });
        Assert.InRange(tokenizer.VocabularySize, 10, 320);
        Assert.Contains(new[] { "Ġthe", "the", "▁the" }[kind], Pieces(tokenizer));
        int[] ids = tokenizer.Encode("the cat sat");
        Assert.Equal("the cat sat", tokenizer.Decode(ids));
        Assert.DoesNotContain(tokenizer.Special.Unknown!.Value, ids);
    }

    [Fact]
    public void A_full_table_forgets_the_rare_and_says_by_how_much_it_may_be_wrong()
    {
        RandomSource random = new(9, 0);
        string[] words = [.. Enumerable.Range(0, 20_000).Select(_ => $"w{(int)(400 * Math.Pow(random.NextInt(1_000_000) / 1e6, 3))}")];
        Dictionary<string, int> exact = words.GroupBy(word => word).ToDictionary(group => group.Key, group => group.Count());
        WordCounts counts = WordCounts.Of(words, null, new BertSplit(), new() { Vocabulary = 1, MaximumWords = 100 });
        Assert.InRange(counts.Words.Length, 1, 100);
        Assert.True(counts.Forgotten > 0);
        foreach ((string word, long count) in counts.Words) Assert.InRange(count, exact[word] - counts.Forgotten, exact[word]);
        foreach ((string word, int count) in exact)
            if (count > counts.Forgotten) Assert.Contains(counts.Words, entry => entry.Word == word);
        Assert.True(exact.Values.Max() > counts.Forgotten, "the bound says something about the most frequent word");
        WordCounts all = WordCounts.Of(words, null, new BertSplit(), new() { Vocabulary = 1 });
        Assert.Equal(0, all.Forgotten);
        Assert.Equal(exact.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, (long)entry.Value)), all.Words);
    }

    [Fact]
    public void A_whole_corpus_in_one_string_is_counted_like_its_lines()
    {
        // long runs of white space, so that most stretches would end within one if they could
        string text = string.Concat(Enumerable.Repeat(BuiltInText.Value + " é\n", 10)).Replace(" ", new string(' ', 9));
        Assert.True(text.Length > 3 * 65_536);
        foreach (IWordSplit split in new IWordSplit[] { new BertSplit(), new MetaspaceSplit(), new Gpt2Split() })
        {
            Dictionary<string, long> exact = new(StringComparer.Ordinal);
            int at = 0;
            string prepared = split.Prepare(text);
            for (ReadOnlySpan<char> word = split.Next(prepared, ref at); !word.IsEmpty; word = split.Next(prepared, ref at))
                exact[word.ToString()] = exact.GetValueOrDefault(word.ToString()) + 1;
            WordCounts counts = WordCounts.Of([text], null, split, new() { Vocabulary = 1 });
            Assert.Equal(exact.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value)), counts.Words);
        }
    }

    [Fact]
    public void Texts_pass_by_and_are_not_kept()
    {
        // 200 texts of 100,000 characters: 40 MB of UTF-16 that a list would hold
        List<WeakReference> seen = [];
        IEnumerable<string> Stream()
        {
            for (int i = 0; i < 200; i++)
            {
                string text = string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog ", 2300));
                seen.Add(new WeakReference(text));
                yield return text;
            }
        }
        Tokenizer.TrainBytePair(Stream(), new() { Vocabulary = 300 });
        GC.Collect();
        Assert.InRange(seen.Count(text => text.IsAlive), 0, 2);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Progress_is_told_and_cancelling_ends_it(int kind)
    {
        List<TokenizerProgress> told = [];
        Trainers[kind](Lines, new() { Vocabulary = 500, Progress = new Listener(told.Add) });
        Assert.Equal(Lines.Sum(line => line.Length), told[^1].Characters);
        Assert.True(told[^1].Words > 100 && told[^1].Pieces >= 390);
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Trainers[kind](Lines, new() { Vocabulary = 500, Cancellation = source.Token }));
        using CancellationTokenSource late = new();
        Assert.Throws<OperationCanceledException>(() =>
            Trainers[kind](Lines, new() { Vocabulary = 1500, Cancellation = late.Token, Progress = new Listener(progress => { if (progress.Pieces > 0) late.Cancel(); }) }));
    }

    sealed class Listener(Action<TokenizerProgress> tell) : IProgress<TokenizerProgress>
    {
        public void Report(TokenizerProgress value) => tell(value);
    }
}
