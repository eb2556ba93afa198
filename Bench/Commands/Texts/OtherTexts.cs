namespace NativeSsl.Bench.Commands.Texts;

/// <summary>English text beside the books: what the sets of tasks have in their training splits, without labels, scores or translations, and articles of Wikipedia.</summary>
static class OtherTexts
{
    /// <summary>Each abstract and each article is a document, and so is every other sentence.</summary>
    public static IEnumerable<Passage> All()
    {
        int document = 1 << 20;                                             // behind the books'
        foreach (IEnumerable<string> text in Singles().Distinct().Select(text => (IEnumerable<string>)[text]).Concat(Longer()))
        {
            foreach (string sentence in text) yield return new Passage("other texts", document, sentence);
            document++;
        }
    }

    static IEnumerable<string> Singles()
    {
        TextPairs sick = Sick.Read(At("sick")).Train.Relatedness;
        return
        [
            .. Clinc150.Read(At("clinc150", "data_full.json")).InScope.Train.Texts, .. SentencePolarity.Read(At("sentence_polarity")).Train.Texts, .. sick.Firsts, .. sick.Seconds,
            .. Tatoeba.Read(At("tatoeba_eng_fra", "eng-fra.tsv")).Train.Firsts,
        ];
    }

    static IEnumerable<IEnumerable<string>> Longer() =>
        SciTldr.Read(At("scitldr_a", "train.jsonl")).Sources.Select(source => (IEnumerable<string>)source)
            .Concat(WikiText.Read(At("wikitext2_valid", "wiki.valid.tokens")).Select(article => article.Paragraphs.SelectMany(Sentences.Split)));

    static string At(params ReadOnlySpan<string> parts) => Path.Combine([Books.Data, .. parts]);
}
