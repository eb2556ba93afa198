using System.Globalization;

namespace NativeSsl;

/// <summary>Ids of the tokens that stand for no text; null where a tokenizer has none of the kind.</summary>
public sealed record SpecialTokens
{
    /// <summary>No special tokens: characters and bytes.</summary>
    public static SpecialTokens None { get; } = new();

    /// <summary>What the tokenizer cannot spell: <c>[UNK]</c>, <c>&lt;unk&gt;</c>.</summary>
    public int? Unknown { get; init; }
    /// <summary>Fills up short sequences: <c>[PAD]</c>, <c>&lt;pad&gt;</c>.</summary>
    public int? Padding { get; init; }
    /// <summary>Stands where a token was hidden: <c>[MASK]</c>, <c>&lt;mask&gt;</c>.</summary>
    public int? Mask { get; init; }
    /// <summary>Before the first token: <c>[CLS]</c>, <c>&lt;s&gt;</c>, <c>&lt;|startoftext|&gt;</c>.</summary>
    public int? Begin { get; init; }
    /// <summary>After each segment: <c>[SEP]</c>, <c>&lt;/s&gt;</c>.</summary>
    public int? Separator { get; init; }
    /// <summary>After the last token: <c>&lt;/s&gt;</c>, <c>&lt;|endoftext|&gt;</c>.</summary>
    public int? End { get; init; }
    /// <summary>T5's marks of spans that were cut out, <c>&lt;extra_id_0&gt;</c> first; their ids descend.</summary>
    public IReadOnlyList<int> Sentinels { get; init; } = [];

    /// <summary>The ids that the usual names have.</summary>
    internal static SpecialTokens Of(IEnumerable<AddedToken> added, int? unknown)
    {
        Dictionary<string, int> ids = added.Where(static token => token.Special)
            .ToDictionary(static token => token.Content, static token => token.Id, StringComparer.Ordinal);
        int? First(params ReadOnlySpan<string> names)
        {
            foreach (string name in names) if (ids.TryGetValue(name, out int id)) return id;
            return null;
        }
        List<int> sentinels = [];
        while (ids.TryGetValue(Sentinel(sentinels.Count), out int id)) sentinels.Add(id);
        return new SpecialTokens
        {
            Unknown = unknown ?? First("[UNK]", "<unk>"), Padding = First("[PAD]", "<pad>"), Mask = First("[MASK]", "<mask>"),
            Begin = First("[CLS]", "<s>", "<|startoftext|>"), Separator = First("[SEP]", "</s>"), End = First("</s>", "<|endoftext|>"),
            Sentinels = sentinels,
        };
    }

    internal static string Sentinel(int number) => string.Create(CultureInfo.InvariantCulture, $"<extra_id_{number}>");
}

/// <summary>Which special tokens a trained tokenizer has, and where they go.</summary>
public enum SpecialTokenSet
{
    /// <summary><c>[PAD] [UNK] [CLS] [SEP] [MASK]</c>, ids from 0; around texts <c>[CLS] a [SEP] b [SEP]</c> (Devlin et al. 2019).</summary>
    Bert,
    /// <summary><c>&lt;s&gt; &lt;pad&gt; &lt;/s&gt; &lt;unk&gt; &lt;mask&gt;</c>, ids from 0 (Hugging Face puts the mask last in the published files);
    /// around texts <c>&lt;s&gt; a &lt;/s&gt;&lt;/s&gt; b &lt;/s&gt;</c> (Liu et al. 2019).</summary>
    Roberta,
    /// <summary><c>&lt;|endoftext|&gt;</c>, the last id; nothing around texts (Radford et al. 2019).</summary>
    Gpt2,
    /// <summary><c>&lt;pad&gt; &lt;/s&gt; &lt;unk&gt;</c>, ids from 0, and a hundred sentinels at the end, so that <c>&lt;extra_id_0&gt;</c> is the last id;
    /// around texts <c>a &lt;/s&gt; b &lt;/s&gt;</c> (Raffel et al. 2020).</summary>
    T5,
}
