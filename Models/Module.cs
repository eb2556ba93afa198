namespace NativeSsl;

/// <summary>A named part of a module: a tensor, or a module with parts of its own. A part that is null (no bias) is left out.</summary>
public readonly struct Part
{
    /// <summary>A tensor: a parameter if its gradient was asked for, otherwise state such as a running mean.</summary>
    public Part(string name, Tensor? tensor) => (Name, Tensor) = (name, tensor);

    /// <summary>A module.</summary>
    public Part(string name, Module? module) => (Name, Module) = (name, module);

    /// <summary>The name within the module.</summary>
    public string Name { get; }
    /// <summary>The tensor, if it is one.</summary>
    public Tensor? Tensor { get; }
    /// <summary>The module, if it is one.</summary>
    public Module? Module { get; }
}

/// <summary>Something with parameters. It lists its parts by hand: their names, joined by dots, are the keys in a checkpoint.</summary>
public abstract class Module
{
    /// <summary>The parts, in a fixed order.</summary>
    public abstract IReadOnlyList<Part> Parts { get; }

    /// <summary>Modules in a row, named 0, 1, 2, … as parts of one.</summary>
    protected static IEnumerable<Part> Numbered(string name, IEnumerable<Module> modules) =>
        modules.Select((module, i) => new Part(FormattableString.Invariant($"{name}.{i}"), module));

    /// <summary>All tensors, with their names in a checkpoint.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> NamedTensors()
    {
        foreach (Part part in Parts)
        {
            if (part.Tensor is { } tensor) yield return (part.Name, tensor);
            if (part.Module is { } module)
                foreach ((string name, Tensor inner) in module.NamedTensors()) yield return ($"{part.Name}.{name}", inner);
        }
    }

    /// <summary>The tensors that are learned: those whose gradient was asked for.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> NamedParameters() => NamedTensors().Where(entry => entry.Tensor.RequiresGradient);

    /// <summary>How many numbers are learned.</summary>
    public long ParameterCount => NamedParameters().Sum(entry => entry.Tensor.Shape.Count);

    /// <summary>Takes over the values of tensors with the same names and shapes.</summary>
    /// <exception cref="ShapeException">One is missing, one is left over, or a shape differs; the message names it.</exception>
    public void CopyFrom(IEnumerable<(string Name, Tensor Tensor)> source)
    {
        Dictionary<string, Tensor> given = source.ToDictionary(entry => entry.Name, entry => entry.Tensor);
        (string Name, Tensor Tensor)[] own = [.. NamedTensors()];
        foreach ((string name, Tensor tensor) in own)
        {
            if (!given.Remove(name, out Tensor? value))
                throw new ShapeException($"{GetType().Name}.CopyFrom: {name} of shape {tensor.Shape} is missing.");
            if (value.Shape != tensor.Shape)
                throw new ShapeException($"{GetType().Name}.CopyFrom: {name} has shape {value.Shape} but the model's has {tensor.Shape}.");
            given[$" {name}"] = value;
        }
        if (given.Keys.FirstOrDefault(name => name[0] != ' ') is { } surplus)
            throw new ShapeException($"{GetType().Name}.CopyFrom: {surplus} of shape {given[surplus].Shape} has no place in this model.");
        foreach ((string name, Tensor tensor) in own) Assign(tensor, given[$" {name}"]);
    }

    static void Assign(Tensor target, Tensor source)
    {
        if (ReferenceEquals(target.Backend, source.Backend)) target.Backend.Copy(source, target);
        else target.Storage.CopyFrom(source.ToArray());
    }
}
