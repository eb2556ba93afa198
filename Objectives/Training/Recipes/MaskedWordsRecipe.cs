using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>
/// A run that guesses covered words. The defaults are BERT's (Devlin et al. 2019, section 3.1 and appendix A.2) for a small model; with <c>pairs</c> none, <c>maskings</c> 0 and β₂ 0.98 it is
/// RoBERTa's (Liu et al. 2019, section 3.1 and table 9).
/// </summary>
public sealed record MaskedWordsRecipe : EncoderRecipe
{
    /// <summary>The defaults.</summary>
    public MaskedWordsRecipe()
    {
        (Objective, Batch, Steps) = ("masked-words", 32, 10000);
        (LearningRate, FinalLearningRate, WarmUp, WeightDecay, Clip) = (5e-4, 0, 500, 0.01, 1);
    }

    /// <summary>The share of tokens that are to be guessed.</summary>
    [JsonPropertyOrder(18)] public double MaskedShare { get; init; } = 0.15;
    /// <summary>In how many ways a sample is covered in turn; with 0 anew each time (RoBERTa). With pairs, a pass over the text makes other pairs ten times anyway, so 1 is BERT's way.</summary>
    [JsonPropertyOrder(19)] public int Maskings { get; init; } = 1;
    /// <summary>Whether the head's bias begins at ln of how frequent words are in the text, so that no feature has to learn it first; BERT's begins at zero.</summary>
    [JsonPropertyOrder(20)] public bool CountedBias { get; init; }
    /// <summary>Steps from one validation to the next; 0 validates at the end only.</summary>
    [JsonPropertyOrder(43)] public int EvaluationInterval { get; init; } = 500;

    private protected override IEnumerable<double> RealNumbers => [.. base.RealNumbers, MaskedShare];

    private protected override byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, RecipeJson.Default.MaskedWordsRecipe);

    /// <summary>The task, with its networks before any training.</summary>
    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <param name="vocabulary">How many tokens there are, marks included.</param>
    /// <param name="training">The text whose words are counted for the bias; null if the weights are read from elsewhere afterwards.</param>
    public Objective NewObjective(Init init, int vocabulary, DocumentSet? training = null)
    {
        Bert encoder = NewEncoder(init, vocabulary);
        var head = new MaskedHead(init, Width, vocabulary, Epsilon);
        if (CountedBias && training is not null) head.BeginWith(new WordFrequencies(training, vocabulary).LogProbabilities());
        return Pairs switch
        {
            "next" => new NextSentence(encoder, head, init),
            "order" => new SentenceOrder(encoder, head, init),
            _ => new MaskedWords(encoder, head),
        };
    }

    /// <summary>Samples of a text, its words covered.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="text">The documents.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <param name="duplicates">How many times the text is gone through for pairs.</param>
    public MaskedViews NewViews(IBackend backend, DocumentSet text, TextMarks marks, int duplicates = SentencePairs.Duplicates)
    {
        var options = new MaskedViewsOptions { Context = Context, Batch = Batch, Seed = (ulong)Seed, Maskings = Maskings };
        return Pairs == "none" ? new FullSentences(backend, text, marks, options with { Masking = Masking.Roberta(MaskedShare) })
            : new SentencePairs(backend, text, marks, options with { Masking = Masking.Bert(Context, MaskedShare) },
                Pairs == "next" ? PairTask.Next : PairTask.Order, duplicates);
    }

    internal static RecipeRule[] Rules { get; } =
    [
        .. EncoderRules,
        RecipeRule.Real("maskedShare", 0.001, 1, "0.15 is usual"),
        RecipeRule.Whole("maskings", 0, int.MaxValue, "0 covers anew each time; 1 is usual with pairs, 10 without"),
        RecipeRule.Truth("countedBias"),
        RecipeRule.Whole("batch", 1, 1 << 20, "32 is usual for a small model"),
        RecipeRule.Whole("evaluationInterval", 0, int.MaxValue, "500 is usual; 0 validates at the end only"),
    ];
}
