using System.Text;

namespace NativeSsl.Tests;

/// <summary>What training makes of texts: vocabularies of every size, special tokens in their places, the same every time.</summary>
public sealed class TokenizerTrainingTests
{
    internal static readonly Func<IEnumerable<string>, TokenizerTraining, PieceTokenizer>[] Trainers = [Tokenizer.TrainBytePair, Tokenizer.TrainWordPiece, Tokenizer.TrainUnigram];
    internal static readonly string[] Lines = BuiltInText.Value.Split('\n');

    public static TheoryData<int> Kinds => [0, 1, 2];

    internal static string[] Pieces(PieceTokenizer tokenizer) => [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.Piece)];

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
