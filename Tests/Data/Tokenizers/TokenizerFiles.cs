using System.IO.Compression;
using System.Text;

namespace NativeSsl.Tests;

/// <summary>Damaged and foreign tokenizer files: one typed exception that names file and reason, and no more memory than the file deserves.</summary>
public sealed class TokenizerFiles
{
    const string Small = "the cat sat on the mat, the rat sat on the cat, naïve 12 hats";

    static readonly string WordPiece = Tokenizer.TrainWordPiece([Small], new() { Vocabulary = 60 }).ToJson();
    static readonly string The = $"\"the\":{((PieceTokenizer)Tokenizer.Parse(Encoding.UTF8.GetBytes(WordPiece), "t")).IdOf("the")}";
    static readonly string BytePair = Tokenizer.TrainBytePair([Small], new() { Vocabulary = 270 }).ToJson();
    static readonly string Unigram = Tokenizer.TrainUnigram([Small], new() { Vocabulary = 140 }).ToJson();
    static readonly string Clip = Tokenizer.ReadClip(Encoding.UTF8.GetBytes("\"bpe_simple_vocab\nt h\nth e</w>\n"), "clip").ToJson();

    static string With(string json, string from, string to)
    {
        Assert.Contains(from, json);
        int at = json.IndexOf(from, StringComparison.Ordinal);
        return json[..at] + to + json[(at + from.Length)..];
    }

    // A whole value of a top field: "normalizer":{…} up to the field that follows.
    static string Field(string json, string field, string next, string value)
    {
        int from = json.IndexOf($"\"{field}\":", StringComparison.Ordinal), to = json.IndexOf($",\"{next}\":", from, StringComparison.Ordinal);
        return json[..from] + $"\"{field}\":{value}" + json[to..];
    }

    static string Normalizer(string value) => Field(WordPiece, "normalizer", "pre_tokenizer", value);
    static string Split(string json, string value) => Field(json, "pre_tokenizer", "post_processor", value);
    static string Template(string value) => Field(WordPiece, "post_processor", "decoder", value);

    static readonly Dictionary<string, (string Json, string Reason)> Kinds = new()
    {
        ["version"] = (With(WordPiece, "\"version\":\"1.0\"", "\"version\":\"2.0\""), "version is '2.0'"),
        ["no version"] = (With(WordPiece, "\"version\":\"1.0\",", ""), "'version' of the file is missing"),
        ["truncation"] = (With(WordPiece, "\"truncation\":null", "\"truncation\":{\"max_length\":5}"), "'truncation' is set"),
        ["padding"] = (With(WordPiece, "\"padding\":null", "\"padding\":{}"), "'padding' is set"),
        ["unknown field"] = (With(WordPiece, "\"padding\":null", "\"padding\":null,\"extra\":1"), "'extra' of the file is unknown"),
        ["field twice"] = (With(WordPiece, "\"padding\":null", "\"padding\":null,\"padding\":null"), "'padding' stands twice"),
        ["model is a list"] = ("""{"version":"1.0","model":[]}""", "'model' of the file is []"),
        ["model of another kind"] = (With(WordPiece, "\"type\":\"WordPiece\",\"unk", "\"type\":\"WordLevel\",\"unk"), "model 'WordLevel' is not supported"),
        ["no vocabulary"] = ("""{"version":"1.0","model":{"type":"WordPiece","unk_token":"a"}}""", "model.vocab must be an object"),
        ["id missing"] = (With(WordPiece, The, "\"the\":400"), "'the' has the id 400"),
        ["id twice"] = (With(WordPiece, The, "\"the\":3"), "'[SEP]' and 'the' have the same id, 3"),
        ["id negative"] = (With(WordPiece, The, "\"the\":-1"), "has the id -1"),
        ["id is text"] = (With(WordPiece, "\"[MASK]\":4,", "\"[MASK]\":\"4\","), "has the id \"4\""),
        ["id is huge"] = (With(WordPiece, "\"[MASK]\":4,", "\"[MASK]\":99999999999,"), "has the id 99999999999"),
        ["piece twice"] = (With(WordPiece, "\"[MASK]\":4,", "\"[MASK]\":4,\"[MASK]\":5,"), "'[MASK]' stands twice"),
        ["unknown token not in vocabulary"] = (With(WordPiece, "\"unk_token\":\"[UNK]\"", "\"unk_token\":\"[OOPS]\""), "names '[OOPS]'"),
        ["prefix"] = (With(WordPiece, "\"continuing_subword_prefix\":\"##\"", "\"continuing_subword_prefix\":\"@@\""), "continuing_subword_prefix is '@@'"),
        ["longest word 0"] = (With(WordPiece, "\"max_input_chars_per_word\":100", "\"max_input_chars_per_word\":0"), "'max_input_chars_per_word' of the file.model is 0"),
        ["added id differs"] = (With(WordPiece, "{\"id\":4,", "{\"id\":5,"), "'[MASK]' has the id 5 in added_tokens and 4"),
        ["added twice"] = (With(WordPiece, "{\"id\":4,\"content\":\"[MASK]\"", "{\"id\":3,\"content\":\"[SEP]\""), "'[SEP]' is added twice"),
        ["added far away"] = (With(WordPiece, "{\"id\":4,\"content\":\"[MASK]\"", "{\"id\":4000000,\"content\":\"[NEW]\""), "has the id 4000000"),
        ["single word"] = (With(WordPiece, "\"single_word\":false", "\"single_word\":true"), "single_word is true, which is not supported"),
        ["added empty"] = (With(WordPiece, "\"content\":\"[MASK]\"", "\"content\":\"\""), "empty content"),
        ["normalizer"] = (Normalizer("""{"type":"NFKC"}"""), "normalizer 'NFKC'"),
        ["normalizer in a sequence"] = (Normalizer("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"}]}"""), "'StripAccents' (the file.normalizer.normalizers[1])"),
        ["normalizer without type"] = (Normalizer("{}"), "'type' of the file.normalizer is missing"),
        ["normalizer's option"] = (With(WordPiece, "\"clean_text\":true", "\"clean_text\":true,\"keep\":1"), "'keep' of the file.normalizer is unknown"),
        ["replacement"] = (Normalizer("""{"type":"Replace","pattern":{"Regex":"a+"},"content":" "}"""), "replaces 'a+'"),
        ["charsmap is no Base64"] = (Normalizer("""{"type":"Precompiled","precompiled_charsmap":"%%"}"""), "is not Base64"),
        ["charsmap cut"] = (Normalizer("""{"type":"Precompiled","precompiled_charsmap":"/////w=="}"""), "it is damaged"),
        ["charsmap empty"] = (Normalizer("""{"type":"Precompiled","precompiled_charsmap":""}"""), "it is damaged"),
        ["pre-tokenizer"] = (Split(WordPiece, """{"type":"Whitespace"}"""), "pre-tokenizer 'Whitespace'"),
        ["pre-tokenizer missing"] = (Split(WordPiece, "null"), "'pre_tokenizer' is missing"),
        ["pre-tokenizer of another model"] = (Split(WordPiece, """{"type":"ByteLevel","add_prefix_space":false}"""), "'ByteLevel' with a model of kind WordPiece"),
        ["pre-tokenizers"] = (Split(Unigram, """{"type":"Sequence","pretokenizers":[{"type":"Digits"},{"type":"Metaspace"}]}"""), "'Digits, Metaspace'"),
        ["prefix space"] = (Split(BytePair, """{"type":"ByteLevel","add_prefix_space":true}"""), "add_prefix_space is true"),
        ["no pattern"] = (Split(BytePair, """{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}"""), "use_regex is false"),
        ["another pattern"] = (With(Clip, "'s|'t", "'s|'x"), "only CLIP's pattern"),
        ["another mark"] = (With(Unigram, "\"replacement\":\"▁\"", "\"replacement\":\"_\""), "replacement is '_'"),
        ["mark before the first only"] = (With(Unigram, "\"prepend_scheme\":\"always\"", "\"prepend_scheme\":\"first\""), "prepend_scheme is 'first'"),
        ["decoder"] = (With(WordPiece, "{\"type\":\"WordPiece\",\"prefix\"", "{\"type\":\"CTC\",\"prefix\""), "decoder 'CTC'"),
        ["post-processor"] = (Template("""{"type":"Other"}"""), "post-processor 'Other'"),
        ["template with a stranger"] = (Template("""{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLX]",2]}"""), "'[CLX]' with the id 2"),
        ["template with another id"] = (Template("""{"type":"BertProcessing","sep":["[SEP]",9],"cls":["[CLS]",2]}"""), "'[SEP]' with the id 9"),
        ["template without text"] = (Template("""{"type":"TemplateProcessing","single":[],"pair":[]}"""), "must have the sequence A once"),
        ["template with one text of two"] = (Template("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}}]}"""), "A and B once each"),
        ["template with a third segment"] = (Template("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":2}}],"pair":[]}"""), "type_id is 2"),
        ["template with a third text"] = (Template("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"C","type_id":0}}],"pair":[]}"""), "id is 'C'"),
        ["templates in a row"] = (Template("""{"type":"Sequence","processors":[{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]},{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}]}"""), "adds special tokens twice"),
        ["dropout"] = (With(BytePair, "\"dropout\":null", "\"dropout\":0.1"), "dropout is set"),
        ["byte fallback"] = (With(Unigram, "\"byte_fallback\":false", "\"byte_fallback\":true"), "byte_fallback is true"),
        ["merges ignored"] = (With(BytePair, "\"fuse_unk\":false", "\"fuse_unk\":false,\"ignore_merges\":true"), "ignore_merges is true"),
        ["merge of three"] = (With(BytePair, "\"merges\":[", "\"merges\":[\"a b c\","), "merges[0] is \"a b c\""),
        ["merge is a number"] = (With(BytePair, "\"merges\":[", "\"merges\":[7,"), "merges[0] is 7"),
        ["merge of a stranger"] = (With(BytePair, "\"merges\":[", "\"merges\":[\"zzz a\","), "names 'zzz'"),
        ["merge without result"] = (With(BytePair, "\"merges\":[", "\"merges\":[\"q q\","), "merge 0 makes 'qq'"),
        ["byte without a piece"] = (With(BytePair, "\"q\":", "\"qq\":"), "the byte 0x71 has no piece 'q'"),
        ["unk_id beyond the end"] = (With(Unigram, "\"unk_id\":2", "\"unk_id\":140"), "unk_id is 140"),
        ["unk_id missing"] = (With(Unigram, "\"unk_id\":2", "\"unk_id\":null"), "'unk_id' of the file.model is missing"),
        ["score is text"] = (With(Unigram, "[\"<pad>\",0]", "[\"<pad>\",\"0\"]"), "vocab[0] is"),
        ["score is infinite"] = (With(Unigram, "[\"<pad>\",0]", "[\"<pad>\",1e400]"), "vocab[0] is"),
        ["Unigram piece twice"] = (With(Unigram, "[\"<pad>\",0]", "[\"</s>\",0]"), "'</s>' stands twice"),
        ["half of a pair, escaped"] = (With(WordPiece, "\"content\":\"[MASK]\"", "\"content\":\"\\uD800\""), "not valid JSON"),
        ["cut"] = (WordPiece[..^1], "not valid JSON"),
        ["too deep"] = (Normalizer(string.Concat(Enumerable.Repeat("[", 30))), "not valid JSON"),
    };

    public static TheoryData<string> All => [.. Kinds.Keys];

    [Theory, MemberData(nameof(All))]
    public void Is_refused_with_file_and_reason(string kind)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Kinds[kind].Json);
        Read(bytes);                                                            // once before, so that what is measured is not the JIT
        long before = GC.GetAllocatedBytesForCurrentThread();
        MalformedFileException? error = Read(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000 + 20 * bytes.Length);
        Assert.NotNull(error);
        Assert.Equal("bad.json", error.File);
        Assert.StartsWith("bad.json: ", error.Message);
        Assert.Contains(Kinds[kind].Reason, error.Message);

        static MalformedFileException? Read(byte[] bytes)
        {
            try { Tokenizer.Parse(bytes, "bad.json"); }
            catch (MalformedFileException error) { return error; }
            return null;
        }
    }

    [Fact]
    public void What_the_damaged_files_were_made_from_is_taken()
    {
        foreach (string json in new[] { WordPiece, BytePair, Unigram, Clip }) Assert.Equal(json, Tokenizer.Parse(Encoding.UTF8.GetBytes(json), "t").ToJson());
        // nulls say nothing, and missing decoders and post-processors have an obvious meaning
        Assert.Equal(WordPiece, Tokenizer.Parse(Encoding.UTF8.GetBytes(With(WordPiece, "\"padding\":null", "\"unheard_of\":null")), "t").ToJson());
        Assert.Equal(WordPiece, Tokenizer.Parse(Encoding.UTF8.GetBytes(Field(WordPiece, "decoder", "model", "null")), "t").ToJson());
    }

    [Fact]
    public void Mutations_raise_nothing_else_and_what_is_taken_works()
    {
        int taken = 0;
        foreach (string json in new[] { WordPiece, BytePair, Unigram, Clip })
            taken += Mutations.Try(Encoding.UTF8.GetBytes(json), 5_000, bytes =>
            {
                ITokenizer read = Tokenizer.Parse(bytes, "t");
                int[] ids = read.EncodeWithSpecials("The cat 😂 [MASK]", "naïve");
                Assert.All(ids, id => Assert.InRange(id, 0, read.VocabularySize - 1));
                read.Decode(ids);
                Assert.Equal(read.ToJson(), Tokenizer.Parse(Encoding.UTF8.GetBytes(read.ToJson()), "t").ToJson());
            });
        Assert.InRange(taken, 50, 19_000);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        foreach (string json in new[] { WordPiece, Unigram })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(json);
            for (int length = 0; length < bytes.Length; length++)
                Assert.Throws<MalformedFileException>(() => Tokenizer.Parse(bytes.AsMemory(0, length), "t"));
        }
    }

    [Fact]
    public void Mutations_of_the_published_formats_raise_nothing_else()
    {
        byte[] vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\n"u8.ToArray(), merges = "#version: 0.2\na b\nab c\n"u8.ToArray();
        byte[] encoder = Encoding.UTF8.GetBytes("{" + string.Join(",", ByteAlphabet.Order.Select((value, id) => $"\"{(ByteAlphabet.Letter(value) is '"' or '\\' ? "\\" : "")}{ByteAlphabet.Letter(value)}\":{id}"))
            + ",\"ab\":256,\"abc\":257,\"<|endoftext|>\":258}");
        Assert.Equal([257], Tokenizer.ReadGpt2(encoder, merges, "e", "m").Encode("abc"));
        Assert.Equal([5, 8], Tokenizer.ReadBert(vocabulary, "v", true).Encode("AB"));
        Mutations.Try(vocabulary, 5_000, bytes => Tokenizer.ReadBert(bytes, "v", true).Encode("ab a"));
        Mutations.Try(encoder, 2_000, bytes => Tokenizer.ReadGpt2(bytes, merges, "e", "m").Encode("abc"));
        Mutations.Try(merges, 2_000, bytes => Tokenizer.ReadGpt2(encoder, bytes, "e", "m").Encode("abc"));
        byte[] packed = Pack("\"bpe_simple_vocab\nt h\nth e</w>\n"u8.ToArray());
        Assert.Equal(["the</w>"], ((Func<PieceTokenizer, IEnumerable<string>>)(clip => clip.Encode("The").Select(clip.Piece)))(Tokenizer.ReadClip(packed, "c")));
        Mutations.Try(packed, 3_000, bytes => Tokenizer.ReadClip(bytes, "c").Encode("the"));
    }

    static byte[] Pack(byte[] bytes)
    {
        using MemoryStream stream = new();
        using (GZipStream packer = new(stream, CompressionLevel.Optimal)) packer.Write(bytes);
        return stream.ToArray();
    }

    [Fact]
    public void Published_formats_name_what_is_wrong()
    {
        Refused("has no piece '[CLS]'", () => Tokenizer.ReadBert("[UNK]\na"u8.ToArray(), "v", true));
        Refused("'a' has two ids, 1 and 2", () => Tokenizer.ReadBert("[UNK]\na\na"u8.ToArray(), "v", true));
        Refused("it is empty", () => Tokenizer.ReadBert([], "v", true));
        Refused("not UTF-8", () => Tokenizer.ReadBert([0xFF], "v", true));
        Refused("line 2 is 'a'", () => Tokenizer.ReadClip("t h\na"u8.ToArray(), "v"));
        Refused("names 'zz'", () => Tokenizer.ReadClip("zz h\n"u8.ToArray(), "v"));
        Refused("not valid gzip", () => Tokenizer.ReadClip([0x1F, 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "v"));
        Refused("more than 64 MiB", () => Tokenizer.ReadClip(Pack(new byte[65 << 20]), "v"));
        Refused("'a' has the id true", () => Tokenizer.ReadGpt2("{\"a\":true}"u8.ToArray(), "a b"u8.ToArray(), "v", "m"));
        Refused("'a' has the id 7", () => Tokenizer.ReadGpt2("{\"a\":7}"u8.ToArray(), "a b"u8.ToArray(), "v", "m"));
        Assert.Contains("cannot be read", Assert.Throws<MalformedFileException>(() => Tokenizer.FromClip("/nowhere/vocab.gz")).Message);
        static void Refused(string reason, Action read)
        {
            MalformedFileException error = Assert.Throws<MalformedFileException>(read);
            Assert.Contains(reason, error.Message);
            Assert.Equal("v", error.File);
        }
    }

    [Fact]
    public void A_saved_file_is_read_again()
    {
        using Scratch scratch = new();
        ITokenizer tokenizer = Tokenizer.Parse(Encoding.UTF8.GetBytes(Unigram), "t");
        tokenizer.Save(scratch.File("tokenizer.json"));
        Assert.Equal(tokenizer.ToJson(), Tokenizer.Load(scratch.File("tokenizer.json")).ToJson());
        Assert.DoesNotContain('\n', tokenizer.ToJson());
    }

    [Fact]
    public void Added_tokens_of_all_kinds_are_found_where_Hugging_Face_finds_them()
    {
        int next = Tokenizer.Parse(Encoding.UTF8.GetBytes(WordPiece), "t").VocabularySize;
        string added = string.Join("", new[] { ("Mat", false, false, false, false), ("[X]", true, true, false, false), ("[L]", true, false, true, false), ("[R]", true, false, false, true), ("[LL]", true, false, false, false) }
            .Select((token, i) => $$""",{"id":{{next + i}},"content":"{{token.Item1}}","single_word":false,"lstrip":{{Json(token.Item4)}},"rstrip":{{Json(token.Item5)}},"normalized":{{Json(token.Item3)}},"special":{{Json(token.Item2)}}}"""));
        PieceTokenizer tokenizer = (PieceTokenizer)Tokenizer.Parse(Encoding.UTF8.GetBytes(With(WordPiece, "],\"normalizer\"", added + "],\"normalizer\"")), "t");
        Assert.Equal(next + 5, tokenizer.VocabularySize);
        Assert.Equal([next], tokenizer.Encode("Mat"));                          // a word of a trade, found in plain encoding too
        Assert.False(tokenizer.IsSpecial(next));
        Assert.NotEqual([next], tokenizer.Encode("mat"));                       // as it is written
        Assert.Equal([next + 1], tokenizer.EncodeWithSpecials("[x]")[1..^1]);   // in the normalized text
        Assert.Equal([next + 4, next + 2], tokenizer.EncodeWithSpecials("[LL][L]")[1..^1]);
        Assert.Equal(tokenizer.ToJson(), Tokenizer.Parse(Encoding.UTF8.GetBytes(tokenizer.ToJson()), "t").ToJson());
        PieceTable pieces = new(["a"], "t");
        AddedTokens both = new([new AddedToken(1, "[L]", LeftStrip: true), new AddedToken(2, "[R]", RightStrip: true)]);
        Assert.Equal(["a", "1", "  b ", "2", "c "], both.Cut("a  [L]  b [R] c ", true).Select(part => part.Token?.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? part.Text));
        static string Json(bool value) => value ? "true" : "false";
    }
}
