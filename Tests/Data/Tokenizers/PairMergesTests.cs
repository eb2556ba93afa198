using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace NativeSsl.Tests;

/// <summary>Byte pair encoding and WordPiece against the algorithm as the paper has it: count everything anew for each merge.</summary>
public sealed class PairMergesTests
{
    static readonly Gen<string> WordGen = Gen.Elements("a", "b", "c", "ab", "aa").ArrayOf().Select(string.Concat).Where(word => word.Length is > 0 and < 12);
    static readonly Gen<(string Word, int Count)[]> WordsGen =
        WordGen.SelectMany(word => Gen.Choose(1, 5).Select(count => (word, count))).ArrayOf().Select(words => words.DistinctBy(word => word.word).ToArray());

    // Sennrich et al. 2016, algorithm 1, with counts as weights: names instead of ids, every pair counted anew, the first of the most frequent.
    static List<(string Left, string Right)> Textbook(List<string> names, List<string>[] words, int[] counts, int symbols, int minimum, Func<string, string, string> join)
    {
        List<(string, string)> merges = [];
        while (names.Count < symbols)
        {
            Dictionary<(string Left, string Right), long> pairs = [];
            for (int word = 0; word < words.Length; word++)
                for (int i = 0; i + 1 < words[word].Count; i++)
                    pairs[(words[word][i], words[word][i + 1])] = pairs.GetValueOrDefault((words[word][i], words[word][i + 1])) + counts[word];
            var best = pairs.Where(pair => pair.Value >= minimum).OrderByDescending(pair => pair.Value)
                .ThenBy(pair => names.IndexOf(pair.Key.Left)).ThenBy(pair => names.IndexOf(pair.Key.Right)).Select(pair => pair.Key).ToArray();
            if (best.Length == 0) break;
            string joined = join(best[0].Left, best[0].Right);
            merges.Add(best[0]);
            if (!names.Contains(joined)) names.Add(joined);
            foreach (List<string> word in words)
                for (int i = 0; i + 1 < word.Count; i++)
                    if (word[i] == best[0].Left && word[i + 1] == best[0].Right)
                    {
                        word[i] = joined;
                        word.RemoveAt(i + 1);
                    }
        }
        return merges;
    }

    [Property(MaxTest = 300)]
    public Property Merges_are_those_of_counting_anew() => Prop.ForAll(WordsGen.ToArbitrary(), words =>
    {
        int[] counts = [.. words.Select(word => word.Count)];
        foreach (int minimum in new[] { 1, 3 })
        {
            List<string> expected = ["a", "b", "c"], names = [.. expected];
            List<(string, string)> textbook =
                Textbook(expected, [.. words.Select(word => word.Word.Select(letter => letter.ToString()).ToList())], counts, 20, minimum, string.Concat);
            PairMerges ours = new(names, [.. words.Select(word => word.Word.Select(letter => letter - 'a').ToArray())], [.. counts.Select(count => (long)count)], [], string.Concat);
            ours.Run(20, minimum, _ => { });
            Assert.Equal(expected, names);
            Assert.Equal(textbook, ours.Merges.Select(pair => (names[pair.Left], names[pair.Right])));
        }
    });

    [Fact]
    public void The_example_of_the_paper_s_listing_has_the_same_words_after_nine_merges()
    {
        // Sennrich et al. 2016, listing of section 3.2. Its first five merges tie by threes and twos; after nine, those of counts 9, 7, 6 and 5 are done.
        string[] words = ["low·", "lower·", "newest·", "widest·"];
        List<string> names = [.. "·deilnorstw".Select(letter => letter.ToString())];
        PairMerges merges = new(names, [.. words.Select(word => word.Select(letter => names.IndexOf(letter.ToString())).ToArray())], [5, 2, 6, 3], [], string.Concat);
        merges.Run(11 + 9, 1, _ => { });
        Assert.Equal("es", names[11]);
        foreach (string made in new[] { "est·", "low", "low·", "newest·" }) Assert.Contains(made, names);
        Assert.DoesNotContain("wi", names);                                 // the tenth
        merges.Run(11 + 10, 1, _ => { });
        Assert.Equal(10, merges.Merges.Count);
        Assert.Contains(names[^1], new[] { "wi", "id", "dest·" });
    }

    [Fact]
    public void A_name_that_comes_about_twice_is_one_symbol_and_special_names_are_never_made()
    {
        // aaa: a a -> aa, then both aa a and a aa are possible elsewhere
        List<string> names = ["a", "b"];
        PairMerges merges = new(names, [[0, 0, 0], [1, 0, 0, 0], [0, 1, 0], [1, 0, 1]], [5, 3, 2, 1], ["ba"], string.Concat);
        merges.Run(50, 1, _ => { });
        Assert.Equal(names.Distinct(), names);
        Assert.DoesNotContain("ba", names);
        Assert.Contains("aaa", names);
    }

    // Spelling as section 3.2 describes it: apply the merges one after the other, each wherever it can be.
    static string[] Spell(string word, IEnumerable<(string Left, string Right)> merges)
    {
        List<string> symbols = [.. Encoding.UTF8.GetBytes(word).Select(value => ByteAlphabet.Letter(value).ToString())];
        foreach ((string left, string right) in merges)
            for (int i = 0; i + 1 < symbols.Count; i++)
                if (symbols[i] == left && symbols[i + 1] == right)
                {
                    symbols[i] = left + right;
                    symbols.RemoveAt(i + 1);
                }
        return [.. symbols];
    }

    [Fact]
    public void Words_are_spelled_by_the_merges_in_their_order()
    {
        PieceTokenizer tokenizer = Tokenizer.TrainBytePair([BuiltInText.Value], new TokenizerTraining { Vocabulary = 600 });
        (string, string)[] merges = [.. System.Text.Json.JsonDocument.Parse(tokenizer.ToJson()).RootElement.GetProperty("model").GetProperty("merges").EnumerateArray()
            .Select(merge => merge.GetString()!.Split(' ')).Select(sides => (sides[0], sides[1]))];
        Assert.Equal(600 - 261, merges.Length);
        foreach (string word in new[] { " harbour", " the", " unthethe", "aaaaaaa", " ü", "x", "1234", " and's" })
        {
            string first = word.Contains('\'') ? word[..word.IndexOf('\'')] : word;
            Assert.Equal(Spell(first, merges), tokenizer.Encode(first).Select(tokenizer.Piece));
        }
        foreach (string word in BuiltInText.Value.Split(' ').Take(500))
            if (word.Length > 0 && word.All(char.IsAsciiLetter)) Assert.Equal(Spell(" " + word, merges), tokenizer.Encode(" " + word).Select(tokenizer.Piece));
    }

    static readonly Gen<string> AnyText = Gen.Elements("a", "Z", "the", " ", "  ", "\n", "\0", "\"", "\\", "ü", "e\u0301", "世", "𝒲", "😂", "\uFEFF", "\u2028", "İ", "<s>", "<mask>", "'s", "1")
        .ArrayOf().Select(string.Concat);

    [Property(MaxTest = 500)]
    public Property Any_text_comes_back_from_byte_level_pieces() => Prop.ForAll(AnyText.ToArbitrary(), text =>
    {
        int[] ids = Bytes.Value.Encode(text);
        Assert.Equal(text, Bytes.Value.Decode(ids));
        Assert.DoesNotContain(ids, Bytes.Value.IsSpecial);
    });

    static readonly Lazy<PieceTokenizer> Bytes = new(() => Tokenizer.TrainBytePair([BuiltInText.Value], new TokenizerTraining { Vocabulary = 500 }));

    [Fact]
    public void WordPiece_merges_are_those_of_counting_anew_and_matching_is_greedy()
    {
        string[] words = ["hug", "pug", "pun", "bun", "hugs"];
        int[] counts = [10, 5, 12, 4, 5];
        string text = string.Join(" ", words.Zip(counts, (word, count) => string.Join(" ", Enumerable.Repeat(word, count))));
        PieceTokenizer tokenizer = Tokenizer.TrainWordPiece([text], new TokenizerTraining { Vocabulary = 17 });
        List<string> expected = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "b", "h", "p", "##g", "##n", "##s", "##u"];
        Textbook(expected, [.. words.Select(word => word.Select((letter, i) => i == 0 ? $"{letter}" : $"##{letter}").ToList())], counts, 17, 2,
            (left, right) => left + right[2..]);
        Assert.Equal(expected, Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.Piece));
        Assert.Equal(["hug", "##s", "[UNK]", "p", "##u", "##s"], tokenizer.Encode("hugs zug pus").Select(tokenizer.Piece));
        Assert.Equal([true, false, true], new[] { "hug", "##s", "[UNK]" }.Select(piece => tokenizer.BeginsWord(tokenizer.IdOf(piece)!.Value)));
        Assert.Equal("hugs pun", tokenizer.Decode(tokenizer.Encode("HUGS   pun")));
    }

    [Fact]
    public void WordPiece_takes_the_longest_piece_even_where_a_shorter_one_would_have_gone_on()
    {
        PieceTable pieces = new(["[UNK]", "a", "ab", "abc", "##bcd", "##d", "##cd"], "t");
        WordPieceModel model = new(pieces, pieces.Count, 0, longestWord: 6);
        string[] Spelled(string word)
        {
            List<int> ids = [];
            model.Spell(word, ids);
            return [.. ids.Select(id => pieces[id])];
        }
        Assert.Equal(["abc", "##d"], Spelled("abcd"));
        Assert.Equal(["ab"], Spelled("ab"));
        Assert.Equal(["[UNK]"], Spelled("abce"));                           // a rest without a piece makes the whole word unknown
        Assert.Equal(["abc", "##d", "##d", "##d"], Spelled("abcddd"));
        Assert.Equal(["[UNK]"], Spelled("abcdddd"));                        // more than six characters
    }
}
