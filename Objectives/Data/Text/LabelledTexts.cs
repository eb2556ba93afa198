namespace NativeSsl;

/// <summary>Texts, or pairs of texts, with the class of each: what classifiers learn from and are asked about.</summary>
public sealed class LabelledTexts
{
    /// <param name="name">Where they came from.</param>
    /// <param name="split">Which part of the data they are; what is held out to choose by belongs to the training split.</param>
    /// <param name="texts">The texts, or the first of each pair.</param>
    /// <param name="labels">The class of each, from zero.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="seconds">The second text of each pair; null if the texts stand alone.</param>
    /// <exception cref="ShapeException">There is not one label, or second text, for each text, or a label has no class.</exception>
    public LabelledTexts(string name, Split split, IReadOnlyList<string> texts, IReadOnlyList<int> labels, IReadOnlyList<string> classes,
        IReadOnlyList<string>? seconds = null)
    {
        if (labels.Count != texts.Count || (seconds is not null && seconds.Count != texts.Count))
            throw new ShapeException($"LabelledTexts {name}: {labels.Count} labels{(seconds is null ? "" : $" and {seconds.Count} second texts")} " +
                $"for {texts.Count} texts; each text needs one.");
        foreach (int label in labels)
            if ((uint)label >= (uint)classes.Count)
                throw new ShapeException($"LabelledTexts {name}: a label is {label}, but there are {classes.Count} classes, from 0 on.");
        (Name, Split, Texts, Labels, Classes, Seconds) = (name, split, texts, labels, classes, seconds);
    }

    /// <summary>Where they came from.</summary>
    public string Name { get; }
    /// <summary>Which part of the data they are.</summary>
    public Split Split { get; }
    /// <summary>The texts, or the first of each pair.</summary>
    public IReadOnlyList<string> Texts { get; }
    /// <summary>The second text of each pair; null if the texts stand alone.</summary>
    public IReadOnlyList<string>? Seconds { get; }
    /// <summary>The class of each text.</summary>
    public IReadOnlyList<int> Labels { get; }
    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }
    /// <summary>How many there are.</summary>
    public int Count => Texts.Count;

    /// <summary>Some of them, in the order asked for.</summary>
    /// <exception cref="IndexException">A place is not in the set.</exception>
    public LabelledTexts Take(IEnumerable<int> places)
    {
        int[] wanted = [.. places];
        foreach (int place in wanted)
            if ((uint)place >= (uint)Count) throw new IndexException($"LabelledTexts {Name}: text {place} was asked for, but there are {Count}, from 0 on.");
        return new(Name, Split, [.. wanted.Select(place => Texts[place])], [.. wanted.Select(place => Labels[place])], Classes,
            Seconds is { } seconds ? [.. wanted.Select(place => seconds[place])] : null);
    }

    /// <summary>The same labels with other texts: spoilt ones, for example.</summary>
    /// <param name="change">Given a text and its number, counted over firsts and then seconds, the new one.</param>
    public LabelledTexts WithTexts(Func<string, int, string> change) =>
        new(Name, Split, [.. Texts.Select(change)], Labels, Classes, Seconds is { } seconds ? [.. seconds.Select((text, i) => change(text, Count + i))] : null);

    /// <summary>The share of texts whose class was said rightly, 0 … 1.</summary>
    /// <param name="predicted">A class for each text.</param>
    /// <exception cref="ShapeException">There is not one prediction for each text, or there are no texts.</exception>
    public double Accuracy(IReadOnlyList<int> predicted)
    {
        if (predicted.Count != Count || Count == 0)
            throw new ShapeException($"LabelledTexts {Name}: {predicted.Count} predictions for {Count} texts; each text needs one, and there must be some.");
        return predicted.Where((label, i) => label == Labels[i]).Count() / (double)Count;
    }

    /// <summary>Sees to it that this may be learned from, or chosen by.</summary>
    /// <exception cref="NativeSslException">It is of the test split, or empty.</exception>
    internal LabelledTexts ForLearning(string who)
    {
        if (Split == Split.Test)
            throw new NativeSslException($"{who}: the texts {Name} are of the test split; learn from the training split, and choose by a part of it that " +
                "is held out, or the result flatters.");
        return Count > 0 ? this : throw new NativeSslException($"{who}: {Name} has no texts; there is nothing to learn from.");
    }
}
