namespace NativeSsl;

/// <summary>How encoder and classifier are trained on labels.</summary>
public sealed record FineTuningOptions
{
    /// <summary>For an encoder whose weights are random.</summary>
    public static FineTuningOptions FromScratch { get; } = new();

    /// <summary>For an encoder that was pretrained: the classifier begins as its probe, the encoder moves slowly and keeps its
    /// statistics.</summary>
    public static FineTuningOptions Pretrained { get; } = new() { ProbeFirst = true, KeepStatistics = true, EncoderRate = 0.1 };

    /// <summary>How often each labelled image is seen.</summary>
    public int Epochs { get; init; } = 30;
    /// <summary>At least so many steps, however few labels there are.</summary>
    public int LeastSteps { get; init; } = 200;
    /// <summary>Images of a step; all of them if there are fewer.</summary>
    public int Batch { get; init; } = 64;
    /// <summary>The classifier's learning rate at its highest; it rises over the first tenth of the steps and falls along half a
    /// cosine.</summary>
    public double LearningRate { get; init; } = 1e-3;
    /// <summary>The encoder's learning rate as a share of the classifier's.</summary>
    public double EncoderRate { get; init; } = 1;
    /// <summary>Each part of the encoder, from the last to the first, learns by this factor slower than the one after it (Howard &amp;
    /// Ruder 2018, “Universal language model fine-tuning”, section 3.2); 1 for all alike.</summary>
    public double LayerDecay { get; init; } = 1;
    /// <summary>AdamW's weight decay, on matrices only.</summary>
    public float WeightDecay { get; init; } = 0.05f;
    /// <summary>The share of each label given to all classes.</summary>
    public float LabelSmoothing { get; init; }
    /// <summary>
    /// Whether the classifier begins as a linear probe of the frozen encoder, so that its first random gradients do not spoil the features.
    /// Kumar, Raghunathan, Jones, Ma &amp; Liang 2022, “Fine-tuning can distort pretrained features and underperform out-of-distribution”,
    /// section 4.
    /// </summary>
    public bool ProbeFirst { get; init; }
    /// <summary>How that probe is fitted.</summary>
    public LinearProbeOptions Probe { get; init; } = new();
    /// <summary>Whether batch norm keeps the running statistics of pretraining instead of the batch's: a few images have poor
    /// ones.</summary>
    public bool KeepStatistics { get; init; }
    /// <summary>Of every so many labels one is held out, and the step that did best on those is kept; 0 to train on all labels to the
    /// end.</summary>
    public int HeldOutParts { get; init; }
    /// <summary>Stops when the held-out labels have not been said better for so many of twenty looks.</summary>
    public int Patience { get; init; } = 6;
    /// <summary>What is done to each batch of training images, inside the step; nothing if null.</summary>
    public Func<Tensor, Tensor>? Augment { get; init; }
    /// <summary>The seed of order, first weights and augmentation.</summary>
    public ulong Seed { get; init; }
}
