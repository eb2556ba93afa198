namespace NativeSsl;

/// <summary>How network and classifier are trained on labelled texts. The defaults suit models of a few million parameters; BERT-base asks for learning
/// rates of 2e-5 to 5e-5 (Devlin et al. 2019, appendix A.3).</summary>
public sealed record TextFineTuningOptions
{
    /// <summary>How often each labelled text is seen.</summary>
    public int Epochs { get; init; } = 3;
    /// <summary>At least so many steps, however few labels there are (Mosbach, Andriushchenko &amp; Klakow 2021, “On the stability of
    /// fine-tuning BERT”).</summary>
    public int LeastSteps { get; init; } = 100;
    /// <summary>Texts of a step; all of them if there are fewer.</summary>
    public int Batch { get; init; } = 32;
    /// <summary>The learning rate of the encoder's last layer at its highest: it rises over the first steps and falls in a straight line to zero.</summary>
    public double LearningRate { get; init; } = 2e-4;
    /// <summary>The share of the steps over which it rises.</summary>
    public double Warmup { get; init; } = 0.1;
    /// <summary>Each layer of the encoder, from the last to the first, learns by this factor slower than the one after it, and the tables of tokens slowest
    /// (Howard &amp; Ruder 2018, “Universal language model fine-tuning for text classification”, section 3.2; Sun, Qiu, Xu &amp; Huang 2019, “How to
    /// fine-tune BERT for text classification?”, equation 2, whose best is 0.95); 1 for all alike.</summary>
    public double LayerDecay { get; init; } = 0.95;
    /// <summary>The learning rate of what is new, pooler and classifier, as a multiple of the encoder's.</summary>
    public double HeadRate { get; init; } = 1;
    /// <summary>AdamW's weight decay, on matrices only.</summary>
    public float WeightDecay { get; init; } = 0.01f;
    /// <summary>The longest that all gradients together may be.</summary>
    public double Clip { get; init; } = 1;
    /// <summary>The share of each label given to all classes.</summary>
    public float LabelSmoothing { get; init; }
    /// <summary>λ, how much the loss of guessing next tokens of the labelled texts counts beside that of their labels: for a <see cref="LanguageModelClassifier"/>. Radford et al. 2018, equation 5,
    /// take 0.5, and find that it helps large sets of labels; 0 for none.</summary>
    public double AuxiliaryWeight { get; init; }
    /// <summary>How often, over all steps, validation texts are asked about.</summary>
    public int Looks { get; init; } = 20;
    /// <summary>Stops when validation texts have not been said better for so many looks.</summary>
    public int Patience { get; init; } = 6;
    /// <summary>The seed of order and dropout.</summary>
    public ulong Seed { get; init; }
}
