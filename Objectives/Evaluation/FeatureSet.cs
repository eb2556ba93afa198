namespace NativeSsl;

/// <summary>Which part of a data set images belong to.</summary>
public enum Split
{
    /// <summary>For pretraining, banks and probes.</summary>
    Train,
    /// <summary>For the last question only: banks and probes refuse it.</summary>
    Test,
}

/// <summary>One row of numbers for every image of a split: all that banks, probes and label-free measures look at.</summary>
public sealed class FeatureSet
{
    readonly int[]? _labels;

    /// <param name="name">What made the features: a row's name in a report.</param>
    /// <param name="split">Which part of the data they are of.</param>
    /// <param name="values"><c>[count, width]</c>; a copy is kept if it is lent by a step.</param>
    /// <param name="labels">The class of each image; null if the set is not labelled.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="cost">What making them took.</param>
    /// <exception cref="ShapeException">Values are no table, there is not one label for each row, or a label has no class.</exception>
    public FeatureSet(string name, Split split, Tensor values, IReadOnlyList<int>? labels = null, int classes = 0, Cost cost = default)
    {
        if (values.Shape.Rank != 2)
            throw new ShapeException($"FeatureSet {name}: values have shape {values.Shape}; [count, width] is needed.");
        if (labels is not null && labels.Count != values.Shape[0])
            throw new ShapeException($"FeatureSet {name}: {labels.Count} labels for {values.Shape[0]} rows (shape {values.Shape}); each " +
                "row needs one.");
        foreach (int label in labels ?? [])
            if ((uint)label >= (uint)classes)
                throw new ShapeException($"FeatureSet {name}: a label is {label}, but there are {classes} classes, from 0 on.");
        (Name, Split, Classes, Cost, _labels) = (name, split, classes, cost, labels is null ? null : [.. labels]);
        Values = Step.Of(values.Backend) is null ? values : values.Keep();
    }

    /// <summary>What made the features.</summary>
    public string Name { get; }
    /// <summary>Which part of the data they are of.</summary>
    public Split Split { get; }
    /// <summary>The features, <c>[count, width]</c>.</summary>
    public Tensor Values { get; }
    /// <summary>How many classes there are.</summary>
    public int Classes { get; }
    /// <summary>What making them took.</summary>
    public Cost Cost { get; }
    /// <summary>How many rows there are.</summary>
    public int Count => Values.Shape[0];
    /// <summary>How many features a row has.</summary>
    public int Width => Values.Shape[1];
    /// <summary>Whether the classes are known.</summary>
    public bool IsLabelled => _labels is not null;

    /// <summary>The class of each row.</summary>
    /// <exception cref="NativeSslException">The set is not labelled.</exception>
    public ReadOnlySpan<int> Labels =>
        _labels ?? throw new NativeSslException($"FeatureSet {Name}: the images have no labels, so there is nothing to compare with.");

    /// <summary>Some of the rows, in the order asked for, with their labels.</summary>
    /// <exception cref="IndexException">A place is not in the set.</exception>
    public FeatureSet Take(ReadOnlySpan<int> places)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor values = Values.Gather(Indices.From(Values.Backend, [places.Length], places));
        int[]? labels = null;
        if (_labels is not null)
        {
            labels = new int[places.Length];
            for (int i = 0; i < labels.Length; i++) labels[i] = _labels[places[i]];
        }
        return new FeatureSet(Name, Split, values, labels, Classes, Cost);
    }

    /// <summary>The share of rows whose class was said rightly, 0 … 1.</summary>
    /// <param name="predicted">A class for each row.</param>
    /// <exception cref="ShapeException">There is not one prediction for each row.</exception>
    /// <exception cref="NativeSslException">The set is not labelled, or empty.</exception>
    public double Accuracy(ReadOnlySpan<int> predicted)
    {
        ReadOnlySpan<int> labels = Labels;
        if (predicted.Length != labels.Length)
            throw new ShapeException($"FeatureSet {Name}: {predicted.Length} predictions for {labels.Length} rows; each row needs one.");
        if (labels.IsEmpty) throw new NativeSslException($"FeatureSet {Name}: there are no rows, so there is no accuracy.");
        int right = 0;
        for (int i = 0; i < labels.Length; i++) if (predicted[i] == labels[i]) right++;
        return (double)right / labels.Length;
    }

    /// <summary>Sees to it that this may be learned from.</summary>
    /// <exception cref="NativeSslException">It is of the test split, unlabelled, or empty.</exception>
    internal FeatureSet ForLearning(string who)
    {
        if (Split == Split.Test)
            throw new NativeSslException($"{who}: the features {Name} are of the test split; learn from the training split, or the " +
                "result flatters.");
        if (Labels.IsEmpty) throw new NativeSslException($"{who}: the features {Name} have no rows; there is nothing to learn from.");
        return this;
    }

    /// <summary>Sees to it that queries have the width, and the device, of what was learned.</summary>
    /// <exception cref="ShapeException">They have another.</exception>
    internal void CheckQueries(string who, Tensor queries)
    {
        if (queries.Shape.Rank != 2 || queries.Shape[1] != Width)
            throw new ShapeException($"{who}: queries have shape {queries.Shape}, but learned were rows of {Width} features (shape " +
                $"{Values.Shape}).");
    }
}
