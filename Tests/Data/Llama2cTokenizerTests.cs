using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace NativeSsl.Tests;

public sealed class Llama2cTokenizerTests
{
    // Special tokens and bytes, then pieces with scores; "ab" and "bc" want the same b, and "aa" has the score of "bb".
    static readonly (string Piece, float Score)[] Pieces =
    [
        ("<unk>", 0), ("\n<s>\n", 0), ("\n</s>\n", 0), .. Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f)),
        ("ab", -0f), ("bc", -1), ("abc", -2), (" a", -3), ("aa", -4), ("bb", -4), (" ab", -5), ("aaa", -6), ("éa", -7), ("aab", 3), ("世界", -8),
        (" ", -100), ("a", -101), ("b", -102), ("c", -103), ("é", -104), ("世", -105), ("界", -106), ("<", -107), ("0", -108), ("x", -109), ("4", -110), ("1", -111), (">", -112),
    ];

    static byte[] Bytes(IEnumerable<(string Piece, float Score)> pieces, int? longest = null)
    {
        List<byte> bytes = [.. BitConverter.GetBytes(longest ?? pieces.Max(piece => Encoding.UTF8.GetByteCount(piece.Piece)))];
        foreach ((string piece, float score) in pieces)
            bytes.AddRange([.. BitConverter.GetBytes(score), .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(piece)), .. Encoding.UTF8.GetBytes(piece)]);
        return [.. bytes];
    }

    static readonly byte[] Good = Bytes(Pieces);
    static readonly Llama2cTokenizer Made = Llama2cTokenizer.Read(Good, "t");

    static readonly Gen<string> TextGen = Gen.Elements("a", "b", "c", " ", "aab", "é", "世", "界", "𝒲", "\0", "\n", "<0x41>", "<s>", "Z").ArrayOf().Select(string.Concat);

    // As llama2.c has it: look at all neighbours, merge the best pair, begin again.
    static List<int> PairByPair((string Piece, float Score)[] pieces, string text)
    {
        List<int> ids = [];
        foreach (Rune rune in (text.Length == 0 ? "" : " " + text).EnumerateRunes())
        {
            int id = Find(rune.ToString());
            if (id >= 0) ids.Add(id);
            else ids.AddRange(Encoding.UTF8.GetBytes(rune.ToString()).Select(b => b + 3));
        }
        while (true)
        {
            (float best, int place, int merged) = (float.NegativeInfinity, -1, -1);
            for (int i = 0; i + 1 < ids.Count; i++)
                if (ids[i] >= 259 && ids[i + 1] >= 259 && Find(pieces[ids[i]].Piece + pieces[ids[i + 1]].Piece) is >= 0 and int id && pieces[id].Score > best)
                    (best, place, merged) = (pieces[id].Score, i, id);
            if (place < 0) return [1, .. ids];
            ids[place] = merged;
            ids.RemoveAt(place + 1);
        }

        int Find(string piece) => Array.FindIndex(pieces, 259, candidate => candidate.Piece == piece);
    }

    [Property(MaxTest = 1000)]
    public Property Ids_are_those_of_the_plain_loop_and_the_text_survives() => Prop.ForAll(TextGen.ToArbitrary(), text =>
    {
        int[] ids = Made.EncodeWithSpecials(text);
        Assert.Equal(PairByPair(Pieces, text), ids);
        Assert.Equal(text, Made.Decode(ids));
        Assert.Equal(ids, Tokenizer.Parse(Encoding.UTF8.GetBytes(Made.ToJson()), "t").EncodeWithSpecials(text));
    });

    [DataFact("stories260k/tok512.bin")]
    public void So_they_are_with_the_vocabulary_of_the_stories()
    {
        string folder = Path.Combine(DataFactAttribute.Folder!, "stories260k"), story = File.ReadAllText(Path.Combine(folder, "expected_greedy.txt"));
        Llama2cTokenizer tokenizer = Llama2cTokenizer.Load(Path.Combine(folder, "tok512.bin"), 512);
        (string, float)[] pieces = [.. Read(File.ReadAllBytes(Path.Combine(folder, "tok512.bin")))];
        foreach (string text in (string[])[story, "", " ", "  two  spaces", "Zoë's ñandú — 世界 𝒲\t\n", "the the the", story.ToUpperInvariant()])
        {
            Assert.Equal(PairByPair(pieces, text), tokenizer.EncodeWithSpecials(text));
            Assert.Equal(text, tokenizer.Decode(tokenizer.EncodeWithSpecials(text)));
        }
        // A new line is a byte and merges with nothing, so that stories in a row are cut alike; merging takes n log n, where the plain loop takes n².
        int[] one = tokenizer.EncodeWithSpecials(story), two = tokenizer.EncodeWithSpecials(story + story);
        Assert.Equal(one, two[..one.Length]);
        Assert.Equal([.. one, .. Enumerable.Repeat(two[one.Length..], 299).SelectMany(ids => ids)], tokenizer.EncodeWithSpecials(string.Concat(Enumerable.Repeat(story, 300))));
    }

    static IEnumerable<(string, float)> Read(byte[] file)
    {
        for (int at = 4; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            yield return (Encoding.UTF8.GetString(file, at + 8, length), BitConverter.ToSingle(file, at));
            at += 8 + length;
        }
    }

    [Fact]
    public void The_best_score_comes_first_and_names_of_bytes_are_no_text()
    {
        int Id(string piece) => Array.FindIndex(Pieces, candidate => candidate.Piece == piece);
        Assert.Equal([1], Made.EncodeWithSpecials(""));
        Assert.Equal([1, Id(" "), Id("abc")], Made.EncodeWithSpecials("abc"));              // ab before " a", then abc before " ab"
        Assert.Equal([1, Id(" a"), Id("aa")], Made.EncodeWithSpecials("aaa"));              // " a" is better than "aa", and what is left is one "aa"
        Assert.Equal([1, Id(" "), Id("b"), Id("aab"), Id("b")], Made.EncodeWithSpecials("baabb")); // ab, then aab, before bb
        Assert.Equal([1, Id(" "), Id("bb"), Id("b")], Made.EncodeWithSpecials("bbb"));      // of equals the leftmost
        Assert.Equal([1, Id(" "), 3 + 'Z'], Made.EncodeWithSpecials("Z"));
        Assert.Equal([1, Id(" "), Id("<"), Id("0"), Id("x"), Id("4"), Id("1"), Id(">")], Made.EncodeWithSpecials("<0x41>"));
        Assert.Equal("A\uFFFD", Made.Decode([3 + 'A', 3 + 0xFF]));
        Assert.Equal(" a", Made.Decode([Id(" a")]));                            // in the middle of a text the space counts
        Assert.Equal("a a", Made.Decode([1, Id(" a"), Id(" a"), 2]));
        Assert.Contains("id 999 at 1", Assert.Throws<IndexException>(() => Made.Decode([5, 999])).Message);
        Assert.Contains("id -1 at 0", Assert.Throws<IndexException>(() => Made.Decode([-1])).Message);
        Assert.Contains("character 1", Assert.Throws<MalformedFileException>(() => Made.Encode("a\uD800")).Message);
    }

    static byte[] With(int place, params byte[] bytes) => [.. Good[..place], .. bytes, .. Good[(place + bytes.Length)..]];

    // Token 0 is <unk>, of five bytes, from byte 4 on; token 1 begins at byte 17.
    static readonly Dictionary<string, (byte[] File, string Reason)> Kinds = new()
    {
        ["empty"] = ([], "it has 0 bytes"),
        ["three bytes"] = (Good[..3], "it has 3 bytes"),
        ["header only"] = (Good[..4], "it has 0 tokens; 259 are needed"),
        ["half a score"] = (Good[..6], "ends at byte 6, within the score and the length of token 0"),
        ["no length"] = (Good[..8], "ends at byte 8, within the score"),
        ["half a piece"] = (Good[..15], "ends at byte 15, within token 0 of 5 bytes"),
        ["one token"] = (Good[..17], "it has 1 tokens"),
        ["258 tokens"] = (Bytes(Pieces[..258]), "it has 258 tokens; 259 are needed"),
        ["last byte missing"] = (Good[..^1], "cut short?"),
        ["one byte appended"] = ([.. Good, 0], "within the score"),
        ["longest token of none"] = (With(0, 0, 0, 0, 0), "byte 0: the longest token has 0 bytes"),
        ["longest token negative"] = (With(0, 255, 255, 255, 255), "byte 0: the longest token has -1 bytes"),
        ["longest token too short"] = (Bytes(Pieces, longest: 5), "token 2 has 6 bytes; 1 to 5"),
        ["longest token of all"] = (Bytes(Pieces, longest: 1), "token 0 has 5 bytes; 1 to 1"),
        ["empty token"] = (With(8, 0, 0, 0, 0), "byte 8: token 0 has 0 bytes"),
        ["token of negative length"] = (With(8, 0, 0, 0, 128), "byte 8: token 0 has -2147483648 bytes"),
        ["token of 2^31 - 1"] = (With(8, 255, 255, 255, 127), "byte 8: token 0 has 2147483647 bytes"),
        ["token of 2^31 - 1, and as long a longest"] = ([255, 255, 255, 127, .. With(8, 255, 255, 255, 127)[4..]], "within token 0 of 2147483647 bytes"),
        ["score that is NaN"] = (With(4, 0, 0, 192, 127), "byte 4: the score of token 0 is NaN"),
        ["big-endian lengths"] = (With(8, 0, 0, 0, 5), "byte 8: token 0 has 83886080 bytes"),
        ["bytes out of order"] = (Bytes([.. Pieces[..3], .. Pieces[3..259].Reverse(), .. Pieces[259..]]), "token 3 is not <0x00>"),
        ["bytes in small letters"] = (Bytes(Pieces.Select(piece => (piece.Piece.Replace("<0xFF>", "<0xff>"), piece.Score))), "token 258 is not <0xFF>"),
        ["no bytes"] = (Bytes([.. Pieces[..3], .. Enumerable.Repeat(("a", 0f), 300)]), "token 3 is not <0x00>"),
        ["text"] = (Encoding.ASCII.GetBytes("the quick brown fox jumps over the lazy dog"), "bad.bin: "),
        ["a checkpoint"] = ([64, 0, 0, 0, 172, 0, 0, 0, 5, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0], "token 1"),
        ["zeros"] = (new byte[100], "the longest token has 0 bytes"),
    };

    public static TheoryData<string> All => [.. Kinds.Keys];

    [Theory, MemberData(nameof(All))]
    public void Is_refused_with_file_and_reason(string kind)
    {
        (byte[] file, string reason) = Kinds[kind];
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => Llama2cTokenizer.Read(file, "bad.bin"));
        Assert.StartsWith("bad.bin: ", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Files_are_read_and_counted()
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("t.bin"), Good);
        Assert.Equal(Pieces.Length, Llama2cTokenizer.Load(scratch.File("t.bin")).VocabularySize);
        Assert.Contains($"it has {Pieces.Length} tokens, but the model 512",
            Assert.Throws<MalformedFileException>(() => Llama2cTokenizer.Load(scratch.File("t.bin"), 512)).Message);
        Assert.Contains("cannot be read", Assert.Throws<MalformedFileException>(() => Llama2cTokenizer.Load(scratch.File("nowhere.bin"))).Message);
        Made.Save(scratch.File("t.json"));
        Assert.Equal(Made.EncodeWithSpecials("abc é"), Tokenizer.Load(scratch.File("t.json")).EncodeWithSpecials("abc é"));
    }

    [Theory]
    [InlineData("""{"kind":"llama2c"}""", "'vocabulary' is missing")]
    [InlineData("""{"kind":"llama2c","vocabulary":3}""", "'vocabulary' is 3")]
    [InlineData("""{"kind":"llama2c","vocabulary":"%"}""", "not base64")]
    [InlineData("""{"kind":"llama2c","vocabulary":"AAAA"}""", "it has 3 bytes")]
    [InlineData("""{"kind":"llama2c","vocabulary":"AAAA","extra":1}""", "'extra' is unknown")]
    public void Json_that_is_none_is_refused(string json, string said)
    {
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => Tokenizer.Parse(Encoding.UTF8.GetBytes(json), "tokenizer.json"));
        Assert.StartsWith("tokenizer.json: ", error.Message);
        Assert.Contains(said, error.Message);
    }

    [Fact]
    public void Damage_raises_nothing_else() => Assert.InRange(Mutations.Try(Good, 3000, bytes => Llama2cTokenizer.Read(bytes, "t")), 100, 2900);
}
