using System.Text;
using System.Text.Json;

namespace NativeSsl.Tests;

/// <summary>The published vocabularies against published ids (Hugging Face's transformers.js has them in its tests), as read and after writing and reading again.</summary>
public sealed class PublishedTokenizers
{
    static string Data(string name) => Path.Combine(DataFactAttribute.Folder!, "tokenizers", name);

    static PieceTokenizer Bert() => Tokenizer.FromBertVocabulary(Data("bert-base-uncased-vocab.txt"));
    static PieceTokenizer Gpt2() => Tokenizer.FromGpt2(Data("gpt2-encoder.json"), Data("gpt2-vocab.bpe"));
    static PieceTokenizer Clip() => Tokenizer.FromClip(Data("bpe_simple_vocab_16e6.txt.gz"));
    static PieceTokenizer T5() => (PieceTokenizer)Tokenizer.Load(Data("t5-small-tokenizer.json"));
    static PieceTokenizer Again(PieceTokenizer tokenizer) => (PieceTokenizer)Tokenizer.Parse(Encoding.UTF8.GetBytes(tokenizer.ToJson()), "again");

    static void Check(string vectors, PieceTokenizer tokenizer, int expected)
    {
        PieceTokenizer again = Again(tokenizer);
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Data(vectors)));
        int cases = 0;
        foreach (JsonElement one in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            string text = one.GetProperty("text").GetString()!;
            string? pair = one.TryGetProperty("text_pair", out JsonElement second) ? second.GetString() : null;
            int[] ids = [.. one.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            Assert.Equal(ids, tokenizer.EncodeWithSpecials(text, pair));
            Assert.Equal(ids, again.EncodeWithSpecials(text, pair));
            Assert.Equal(tokenizer.Decode(ids), again.Decode(ids));
            cases++;
        }
        Assert.Equal(expected, cases);
        Assert.Equal(tokenizer.ToJson(), again.ToJson());
    }

    [DataFact("tokenizers")] public void Bert_has_its_ids() => Check("vectors.bert.json", Bert(), 30);
    [DataFact("tokenizers")] public void Gpt2_has_its_ids() => Check("vectors.gpt2.json", Gpt2(), 26);
    [DataFact("tokenizers")] public void Clip_has_its_ids() => Check("vectors.clip.json", Clip(), 25);
    [DataFact("tokenizers")] public void T5_has_its_ids() => Check("vectors.t5.json", T5(), 29);

    [DataFact("tokenizers")]
    public void Sizes_and_special_tokens_are_the_published_ones()
    {
        (PieceTokenizer bert, PieceTokenizer gpt2, PieceTokenizer clip, PieceTokenizer t5) = (Bert(), Gpt2(), Clip(), T5());
        Assert.Equal((30_522, 50_257, 49_408, 32_100), (bert.VocabularySize, gpt2.VocabularySize, clip.VocabularySize, t5.VocabularySize));
        Assert.Equal((0, 100, 101, 102, 103, null), (bert.Special.Padding, bert.Special.Unknown, bert.Special.Begin, bert.Special.Separator, bert.Special.Mask, bert.Special.End));
        Assert.Equal((50_256, null, null), (gpt2.Special.End, gpt2.Special.Mask, gpt2.Special.Padding));
        Assert.Equal((49_406, 49_407), (clip.Special.Begin, clip.Special.End));
        Assert.Equal((0, 1, 2, null), (t5.Special.Padding, t5.Special.End, t5.Special.Unknown, t5.Special.Begin));
        Assert.Equal(Enumerable.Range(0, 100).Select(number => 32_099 - number), t5.Special.Sentinels);
        Assert.True(t5.IsSpecial(32_000) && t5.IsSpecial(1) && !t5.IsSpecial(3));
        Assert.Empty(bert.Special.Sentinels);
    }

    [DataFact("tokenizers")]
    public void Plain_encoding_adds_nothing_and_takes_no_text_for_a_special_token()
    {
        PieceTokenizer bert = Bert();
        Assert.Equal([7592, 2088], bert.Encode("Hello World"));
        Assert.Equal(["[", "mask", "]"], bert.Encode("[MASK]").Select(bert.Piece));
        Assert.Equal([101, 103, 102], bert.EncodeWithSpecials("[MASK]"));
        Assert.Equal([50_256], Gpt2().EncodeWithSpecials("<|endoftext|>"));
        Assert.DoesNotContain(50_256, Gpt2().Encode("<|endoftext|>"));
        Assert.DoesNotContain(1, T5().Encode("a</s>b"));
        Assert.DoesNotContain(0, T5().Encode("<pad>"));
    }

    [DataFact("tokenizers")]
    public void Pieces_are_joined_to_text_again()
    {
        PieceTokenizer bert = Bert(), clip = Clip(), t5 = T5();
        Assert.Equal("unaffable, isn't it?", bert.Decode(bert.Encode("Unaffable, isn't it?")).Replace("isn ' t", "isn't"));
        Assert.Equal("[CLS] hello [SEP]", bert.Decode([101, 7592, 102]));
        Assert.Equal("a photo of a naïve cat .", clip.Decode(clip.Encode("A photo  of a NAÏVE cat.")));
        Assert.Equal("It's a test, and a good one.", t5.Decode(t5.Encode("It's   a test, and\na good one.")));
        PieceTokenizer gpt2 = Gpt2();
        int[] emoji = gpt2.Encode("😂");
        Assert.True(emoji.Length > 1);
        Assert.Equal("😂", gpt2.Decode(emoji));
        Assert.Equal("\uFFFD", gpt2.Decode(emoji.AsSpan(0, 1)));
    }

    [DataFact("tokenizers")]
    public void The_longest_key_of_the_character_map_wins_as_in_SentencePiece()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Data("t5-small-tokenizer.json")));
        CharacterMap map = new(file.RootElement.GetProperty("normalizer").GetProperty("precompiled_charsmap").GetBytesFromBase64(), "t5");
        Assert.Equal("カ ガ ガカ", map.Apply("\uFF76 \uFF76\uFF9E \uFF76\uFF9E\uFF76"));       // half-width ka is a key, and so is ka with its voiced mark
        Assert.Equal("éx", map.Apply("e\u0301x"));
        Assert.Equal("1/2 fi 2 ...", map.Apply("\uFF11/\uFF12 \uFB01 \u00B2 \u2026"));
        Assert.Equal("\uFF5E", map.Apply("\uFF5E"));                         // SentencePiece leaves the full-width tilde alone
        Assert.Equal(T5().Encode("é"), T5().Encode("e\u0301"));
    }

    [DataFact("tokenizers")]
    public void Files_in_the_shapes_that_Hugging_Face_publishes_give_the_same_ids()
    {
        const string text = "It's  naïve,\n<|endoftext|> İstanbul 2016!";
        string gpt2 = Gpt2().ToJson(), clip = Clip().ToJson(), bert = Bert().ToJson(), t5 = T5().ToJson();
        Same(gpt2, ("\"post_processor\":null", """ "post_processor":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}"""),
            (",\"use_regex\":true},", "},"), ("\"normalized\":false", "\"normalized\":true"));
        Same(clip, (clip[clip.IndexOf("\"post_processor\":", StringComparison.Ordinal)..clip.IndexOf(",\"decoder\"", StringComparison.Ordinal)],
            """ "post_processor":{"type":"RobertaProcessing","sep":["<|endoftext|>",49407],"cls":["<|startoftext|>",49406],"trim_offsets":false,"add_prefix_space":false}"""));
        Same(bert, (bert[bert.IndexOf("\"post_processor\":", StringComparison.Ordinal)..bert.IndexOf(",\"decoder\"", StringComparison.Ordinal)],
            """ "post_processor":{"type":"BertProcessing","sep":["[SEP]",102],"cls":["[CLS]",101]}"""), ("\"type\":\"WordPiece\",\"unk_token\"", "\"unk_token\""));
        Same(t5, ("\"prepend_scheme\":\"always\"", "\"str_rep\":\"▁\""));
        static void Same(string json, params (string From, string To)[] changes)
        {
            string changed = json;
            foreach ((string from, string to) in changes)
            {
                Assert.Contains(from, changed);
                changed = changed.Replace(from, to, StringComparison.Ordinal);
            }
            ITokenizer before = Tokenizer.Parse(Encoding.UTF8.GetBytes(json), "t"), after = Tokenizer.Parse(Encoding.UTF8.GetBytes(changed), "t");
            Assert.Equal(before.EncodeWithSpecials(text), after.EncodeWithSpecials(text));
            Assert.Equal(before.EncodeWithSpecials(text, "a b"), after.EncodeWithSpecials(text, "a b"));
        }
    }

    [DataFact("tokenizers")]
    public void Merges_may_be_written_as_pairs()
    {
        string json = Gpt2().ToJson();
        int start = json.IndexOf("\"merges\":[", StringComparison.Ordinal) + 10, end = json.LastIndexOf("]}}", StringComparison.Ordinal);
        string pairs = string.Join(",", JsonDocument.Parse("[" + json[start..end] + "]").RootElement.EnumerateArray()
            .Select(merge => "[" + string.Join(",", merge.GetString()!.Split(' ').Select(side => $"\"{JsonEncodedText.Encode(side)}\"")) + "]"));
        ITokenizer again = Tokenizer.Parse(Encoding.UTF8.GetBytes(json[..start] + pairs + json[end..]), "t");
        Assert.Equal(json, again.ToJson());
    }

    [CultureFact]
    public void Ids_do_not_depend_on_the_culture()
    {
        if (DataFactAttribute.Folder is null) return;
        const string text = "TITLE İstanbul ISPARTA ıI, naïve Straße ΣΊΣΥΦΟΣ 1.5 x";
        string[] ids = [.. CultureFactAttribute.InEach(() => string.Join(",", new ITokenizer[] { Bert(), Clip(), T5() }.SelectMany(each => each.EncodeWithSpecials(text))))];
        Assert.All(ids, one => Assert.Equal(ids[0], one));
    }
}
