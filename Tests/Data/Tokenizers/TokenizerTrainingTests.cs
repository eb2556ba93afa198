using System.Text;

namespace NativeSsl.Tests;

/// <summary>Training of tokenizers at its edges: what is no text, too little of it, too many words, too small or too large a vocabulary.</summary>
public sealed class TokenizerTrainingTests
{
    static readonly Func<IEnumerable<string>, TokenizerTraining, PieceTokenizer>[] Trainers = [Tokenizer.TrainBytePair, Tokenizer.TrainWordPiece, Tokenizer.TrainUnigram];
    static readonly string[] Lines = BuiltInText.Value.Split('\n');

    public static TheoryData<int> Kinds => [0, 1, 2];

    static string[] Pieces(PieceTokenizer tokenizer) => [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.Piece)];

    [Theory, MemberData(nameof(Kinds))]
    public void A_vocabulary_has_the_size_asked_for_and_is_the_same_every_time(int kind)
    {
        PieceTokenizer first = Trainers[kind](Lines, new TokenizerTraining { Vocabulary = 500 });
        Assert.Equal(500, first.VocabularySize);
        Assert.Equal(first.ToJson(), Trainers[kind](Lines, new TokenizerTraining { Vocabulary = 500 }).ToJson());
        Assert.Equal(first.ToJson(), Trainers[kind](Lines.Reverse(), new TokenizerTraining { Vocabulary = 500 }).ToJson());
        PieceTokenizer again = (PieceTokenizer)Tokenizer.Parse(Encoding.UTF8.GetBytes(first.ToJson()), "t");
        Assert.Equal(first.ToJson(), again.ToJson());
        Assert.Equal(first.Special.ToString(), again.Special.ToString());
        foreach (string line in Lines.Take(300))
        {
            Assert.Equal(first.Encode(line), again.Encode(line));
            Assert.Equal(first.EncodeWithSpecials(line, "two"), again.EncodeWithSpecials(line, "two"));
        }
        Assert.DoesNotContain(Lines.SelectMany(first.Encode), first.IsSpecial);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_larger_vocabulary_needs_fewer_tokens_for_the_same_text(int kind)
    {
        int Tokens(int vocabulary)
        {
            PieceTokenizer tokenizer = Trainers[kind](Lines, new TokenizerTraining { Vocabulary = vocabulary });
            return Lines.Sum(line => tokenizer.Encode(line).Length);
        }
        int small = Tokens(300), middle = Tokens(450), large = Tokens(900);
        Assert.True(small > 1.15 * middle && middle > 1.1 * large, $"{small}, {middle}, {large}");
    }

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
    public void A_vocabulary_smaller_than_the_alphabet_keeps_the_most_frequent_characters_or_is_refused()
    {
        const string text = "aaaa aaa bbb bb cc c d";
        Assert.Contains("at least 261", Assert.Throws<NativeSslException>(() => Tokenizer.TrainBytePair([text], new() { Vocabulary = 260 })).Message);
        Assert.Equal(261, Tokenizer.TrainBytePair([text], new() { Vocabulary = 261 }).VocabularySize);
        Assert.Contains("at least 6", Assert.Throws<NativeSslException>(() => Tokenizer.TrainWordPiece([text], new() { Vocabulary = 5 })).Message);
        Assert.Equal(["##a", "##b", "b", "a"], Pieces(Tokenizer.TrainWordPiece([text], new() { Vocabulary = 9 }))[5..].OrderBy(piece => piece is "a" or "b").ThenByDescending(piece => piece is "b" or "##a"));
        Assert.Equal(["a", "[UNK]"], new[] { "a", "d" }.Select(word => { PieceTokenizer t = Tokenizer.TrainWordPiece([text], new() { Vocabulary = 9 }); return t.Piece(t.Encode(word)[0]); }));
        Assert.Contains("at least 104", Assert.Throws<NativeSslException>(() => Tokenizer.TrainUnigram([text], new() { Vocabulary = 103 })).Message);
        PieceTokenizer unigram = Tokenizer.TrainUnigram([text], new() { Vocabulary = 105 });
        Assert.Equal(["▁", "a"], Pieces(unigram)[3..5].Order(StringComparer.Ordinal).Reverse());
        Assert.Equal(["▁", "<unk>"], unigram.Encode("d").Select(unigram.Piece));
        Assert.Equal(["▁", "a", "<unk>", "a"], unigram.Encode("abca").Select(unigram.Piece));
    }

    [Fact]
    public void Characters_beyond_the_alphabet_s_limit_become_unknown()
    {
        TokenizerTraining options = new() { Vocabulary = 300, Alphabet = 4 };
        string[] text = ["aaa aab aba xyz"];
        PieceTokenizer words = Tokenizer.TrainWordPiece(text, options), unigram = Tokenizer.TrainUnigram(text, options);
        Assert.DoesNotContain(Pieces(words), piece => piece.Contains('z') && !piece.StartsWith('['));
        Assert.Contains(unigram.Special.Unknown!.Value, unigram.Encode("z"));
        Assert.DoesNotContain(unigram.Special.Unknown!.Value, unigram.Encode("ab"));
    }

    [Fact]
    public void Every_set_of_special_tokens_stands_where_it_belongs()
    {
        PieceTokenizer bert = Tokenizer.TrainWordPiece(Lines, new() { Vocabulary = 400 });
        Assert.Equal((0, 1, 2, 3, 4), (bert.Special.Padding, bert.Special.Unknown, bert.Special.Begin, bert.Special.Separator, bert.Special.Mask));
        Assert.Equal("[CLS] the [SEP] sea [SEP]", bert.Decode(bert.EncodeWithSpecials("the", "sea")));
        PieceTokenizer roberta = Tokenizer.TrainBytePair(Lines, new() { Vocabulary = 400 });
        Assert.Equal((0, 1, 2, 3, 4, 2), (roberta.Special.Begin, roberta.Special.Padding, roberta.Special.Separator, roberta.Special.Unknown, roberta.Special.Mask, roberta.Special.End));
        Assert.Equal("<s>the</s></s> sea</s>", roberta.Decode(roberta.EncodeWithSpecials("the", " sea")));
        Assert.Equal("<s>the<mask></s>", roberta.Decode(roberta.EncodeWithSpecials("the  <mask>")));
        PieceTokenizer gpt2 = Tokenizer.TrainBytePair(Lines, new() { Vocabulary = 400, Specials = SpecialTokenSet.Gpt2 });
        Assert.Equal((399, null), (gpt2.Special.End, gpt2.Special.Mask));
        Assert.Equal([.. gpt2.Encode("a b"), .. gpt2.Encode("c")], gpt2.EncodeWithSpecials("a b", "c"));
        PieceTokenizer t5 = Tokenizer.TrainUnigram(Lines, new() { Vocabulary = 400 });
        Assert.Equal((0, 1, 2, 1), (t5.Special.Padding, t5.Special.End, t5.Special.Unknown, t5.Special.Separator));
        Assert.Equal(Enumerable.Range(0, 100).Select(number => 399 - number), t5.Special.Sentinels);
        Assert.Equal("the</s> sea</s>", t5.Decode(t5.EncodeWithSpecials("the", "sea")));
        Assert.Equal([399, 398], t5.EncodeWithSpecials("<extra_id_0><extra_id_1>")[..2]);
        Assert.All(Enumerable.Range(300, 100), id => Assert.True(t5.IsSpecial(id)));
        Assert.Throws<NativeSslException>(() => Tokenizer.TrainUnigram(Lines, new() { Vocabulary = 400, Specials = SpecialTokenSet.Gpt2 }));
        Assert.Throws<NativeSslException>(() => Tokenizer.TrainWordPiece(Lines, new() { Vocabulary = 400, Specials = SpecialTokenSet.Gpt2 }));
    }

    [Fact]
    public void Special_names_in_the_text_are_text()
    {
        string[] lines = [.. Enumerable.Repeat("<s> </s> <mask> [MASK] <extra_id_0> <unk>", 50)];
        foreach (var train in Trainers)
        {
            PieceTokenizer tokenizer = train(lines, new() { Vocabulary = 800 });
            Assert.DoesNotContain(lines.SelectMany(tokenizer.Encode), tokenizer.IsSpecial);
            Assert.Equal(tokenizer.VocabularySize, Pieces(tokenizer).Distinct().Count());
        }
    }

    [Fact]
    public void Words_begin_where_they_are_marked()
    {
        PieceTokenizer bytes = Tokenizer.TrainBytePair(Lines, new() { Vocabulary = 400 }), unigram = Tokenizer.TrainUnigram(Lines, new() { Vocabulary = 400 });
        Assert.True(bytes.BeginsWord(bytes.IdOf("Ġthe")!.Value) && bytes.BeginsWord(bytes.IdOf("Ċ")!.Value) && bytes.BeginsWord(bytes.Special.Mask!.Value));
        Assert.False(bytes.BeginsWord(bytes.IdOf("e")!.Value));
        Assert.True(unigram.BeginsWord(unigram.IdOf("▁the")!.Value) && unigram.BeginsWord(unigram.Special.End!.Value));
        Assert.False(unigram.BeginsWord(unigram.IdOf("e")!.Value));
        Assert.True(new ByteTokenizer().BeginsWord(7));
        Assert.Throws<IndexException>(() => new ByteTokenizer().BeginsWord(256));
        Assert.Throws<IndexException>(() => bytes.BeginsWord(400));
        Assert.Throws<IndexException>(() => bytes.Decode([0, -1]));
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

    [CultureFact]
    public void Training_does_not_depend_on_the_culture()
    {
        string[] text = [.. Lines.Take(200), "TITLE Istanbul ISPARTA 1,5 STRASSE ıI"];
        foreach (var train in Trainers)
        {
            string[] files = [.. CultureFactAttribute.InEach(() => train(text, new() { Vocabulary = 400 }).ToJson())];
            Assert.All(files, file => Assert.Equal(files[0], file));
        }
    }

    [Fact]
    public void Recipes_make_them_by_name()
    {
        Assert.Equal("ac", ((CharacterTokenizer)Tokenizer.Create("character", ["ca", "", "a"], 0)).Characters.Aggregate("", (text, rune) => text + rune));
        Assert.Equal(256, Tokenizer.Create("byte", [], 0).VocabularySize);
        Assert.Equal([300, 300, 300], new[] { "bpe", "wordpiece", "unigram" }.Select(name => Tokenizer.Create(name, Lines, 300).VocabularySize));
        Assert.Equal([true, true, false], new[] { "bpe", "wordpiece", "unigram" }.Select(name => Tokenizer.Create(name, Lines, 300).Special.Mask is not null));
        Assert.Contains("'wordpiece'", Assert.Throws<NativeSslException>(() => Tokenizer.Create("words", Lines, 300)).Message);
        Assert.Contains("minimum count", Assert.Throws<NativeSslException>(() => Tokenizer.TrainUnigram(Lines, new() { Vocabulary = 300, MinimumCount = 0 })).Message);
    }

    [Fact]
    public void One_tokenizer_serves_several_threads()
    {
        PieceTokenizer shared = Tokenizer.TrainBytePair(Lines, new() { Vocabulary = 400 });
        string[] expected = [.. Lines.Select(line => string.Join(",", ((PieceTokenizer)Tokenizer.Parse(Encoding.UTF8.GetBytes(shared.ToJson()), "t")).Encode(line))).Take(40)];
        Parallel.For(0, 8, _ => { for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], string.Join(",", shared.Encode(Lines[i]))); });
    }

    [DataFact("gutenberg")]
    public void Eight_thousand_pieces_from_twelve_books_spell_them_in_a_fourth_of_their_characters()
    {
        string[] lines = [.. Directory.GetFiles(Path.Combine(DataFactAttribute.Folder!, "gutenberg"), "*.txt").Order(StringComparer.Ordinal).Where(file => !file.EndsWith("NOTICE.txt", StringComparison.Ordinal)).SelectMany(File.ReadLines)];
        long characters = lines.Sum(line => (long)line.Length);
        foreach (var train in Trainers)
        {
            PieceTokenizer tokenizer = train(lines, new() { Vocabulary = 8000 });
            Assert.Equal(8000, tokenizer.VocabularySize);
            long tokens = lines.Where((_, i) => i % 7 == 0).Sum(line => (long)tokenizer.Encode(line).Length), seventh = lines.Where((_, i) => i % 7 == 0).Sum(line => (long)line.Length);
            Assert.True(seventh > 3.9 * tokens, $"{(double)seventh / tokens} characters a token of {characters}");
        }
    }
}
